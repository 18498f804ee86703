package org.purse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AllocateTest {
    private static Money eur(String amount) {
        return Money.of(amount, "EUR");
    }

    @Test
    void equalAmountsAreOneWhateverTheirZeros() {
        assertEquals(eur("10.50"), eur("10.5"));
        assertEquals(eur("10.50").hashCode(), eur("10.5").hashCode());
        assertEquals(eur("100").hashCode(), eur("1E+2").hashCode());
        assertEquals(1, new HashSet<>(List.of(eur("0"), eur("0.00"), Money.zero(eur("0").currency()))).stream().distinct().count());
        assertNotEquals(eur("10.5"), eur("10.51"));
    }

    @Test
    void setsAgreeWithTheOrder() {
        Set<Money> set = new HashSet<>(List.of(eur("10.50")));
        set.add(eur("10.5"));
        assertEquals(1, set.size());
    }

    @Test
    void aReportListsAnAmountOnce() {
        assertEquals("2 x 10.50 EUR\n1 x 3 EUR\n", Totals.report(List.of(eur("10.50"), eur("3"), eur("10.5"))));
    }

    @Test
    void amountsAreShownAsTheyWereGiven() {
        assertEquals("10.5 EUR", eur("10.5").toString());
        assertEquals("3.150 EUR", eur("2.10").times(new BigDecimal("1.5")).toString());
    }

    @Test
    void leftOverCentsGoToTheFirst() {
        assertEquals(List.of(eur("33.34"), eur("33.33"), eur("33.33")), eur("100.00").allocate(1, 1, 1));
        assertEquals(List.of(eur("0.03"), eur("0.01"), eur("0.01")), eur("0.05").allocate(50, 30, 20));
        assertEquals(List.of(eur("0"), eur("0.02"), eur("0.01")), eur("0.03").allocate(0, 1, 1));
    }

    @Test
    void refundsAreSplitLikeBills() {
        assertEquals(List.of(eur("-33.34"), eur("-33.33"), eur("-33.33")), eur("-100.00").allocate(1, 1, 1));
    }

    @Test
    void currenciesWithoutCentsAndWithMoreOfThem() {
        Money yen = Money.of("100", "JPY");
        assertEquals(List.of(Money.of("34", "JPY"), Money.of("33", "JPY"), Money.of("33", "JPY")), yen.allocate(1, 1, 1));
        Money dinar = Money.of("1.000", "BHD");
        assertEquals(Money.of("0.334", "BHD"), dinar.allocate(1, 1, 1).get(0));
    }

    @Test
    void fractionsOfACentAreNotLost() {
        List<Money> parts = eur("10.005").allocate(1, 1);
        assertEquals(eur("10.005"), parts.get(0).plus(parts.get(1)));
    }

    @Test
    void partsSumUpAndAreFair() {
        Random random = new Random(3);
        for (int round = 0; round < 500; round++) {
            Money whole = eur(BigDecimal.valueOf(random.nextInt(20001) - 10000, 2).toString());
            int[] weights = random.ints(1 + random.nextInt(6), 0, 50).toArray();
            weights[0]++;
            long sum = java.util.stream.IntStream.of(weights).sum();
            List<Money> parts = whole.allocate(weights);
            assertEquals(whole, parts.stream().reduce(Money.zero(whole.currency()), Money::plus));
            for (int i = 0; i < weights.length; i++) {
                double exact = whole.amount().doubleValue() * weights[i] / sum;
                double got = parts.get(i).amount().doubleValue();
                assertTrue(Math.abs(got - exact) < 0.01 + 1e-9, got + " for " + exact);
                assertTrue(weights[i] > 0 || got == 0, "who has no weight gets nothing");
            }
        }
    }
}
