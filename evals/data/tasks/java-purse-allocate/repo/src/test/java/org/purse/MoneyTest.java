package org.purse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class MoneyTest {
    private static Money eur(String amount) {
        return Money.of(amount, "EUR");
    }

    @Test
    void amountsAreExact() {
        assertEquals(eur("0.30"), eur("0.10").plus(eur("0.20")));
        assertEquals(eur("-0.10"), eur("0.10").minus(eur("0.20")));
        assertEquals(eur("-1.00"), eur("1.00").negated());
        assertEquals("3.150 EUR", eur("2.10").times(new BigDecimal("1.5")).toString());
    }

    @Test
    void roundingGoesByTheCurrency() {
        assertEquals("2.35 EUR", eur("2.345").rounded().toString());
        assertEquals("235 JPY", Money.of("234.5", "JPY").rounded().toString());
    }

    @Test
    void currenciesAreNotMixed() {
        assertThrows(IllegalArgumentException.class, () -> eur("1").plus(Money.of("1", "USD")));
        assertNotEquals(eur("1"), Money.of("1", "USD"));
    }

    @Test
    void amountsHaveAnOrder() {
        assertTrue(eur("9.99").compareTo(eur("10")) < 0);
        assertEquals(0, eur("10").compareTo(eur("10.00")));
    }

    @Test
    void anAmountIsSplitByWeights() {
        assertEquals(List.of(eur("30.00"), eur("10.00")), eur("40.00").allocate(3, 1));
    }

    @Test
    void badWeightsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> eur("1").allocate());
        assertThrows(IllegalArgumentException.class, () -> eur("1").allocate(0, 0));
        assertThrows(IllegalArgumentException.class, () -> eur("1").allocate(2, -1));
    }

    @Test
    void totalsAreByCurrency() {
        assertEquals(
                "{EUR=3.00 EUR, USD=5 USD}",
                Totals.byCurrency(List.of(eur("1.00"), Money.of("5", "USD"), eur("2.00"))).toString());
    }
}
