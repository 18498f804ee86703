package org.purse;

import java.util.Collection;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Sums and groups for reports. */
public final class Totals {
    private Totals() {}

    /** The sum of each currency, by its code. */
    public static Map<String, Money> byCurrency(Collection<Money> amounts) {
        Map<String, Money> totals = new TreeMap<>();
        for (Money money : amounts) {
            Currency currency = money.currency();
            totals.merge(currency.getCurrencyCode(), money, Money::plus);
        }
        return totals;
    }

    /** How often each amount occurs, in the order of their first occurrence. */
    public static Map<Money, Integer> byAmount(Collection<Money> amounts) {
        Map<Money, Integer> counts = new LinkedHashMap<>();
        for (Money money : amounts) {
            counts.merge(money, 1, Integer::sum);
        }
        return counts;
    }

    /** A report, one line for each amount. */
    public static String report(Collection<Money> amounts) {
        StringBuilder text = new StringBuilder();
        byAmount(amounts).forEach((money, count) -> text.append(count).append(" x ").append(money).append('\n'));
        return text.toString();
    }
}
