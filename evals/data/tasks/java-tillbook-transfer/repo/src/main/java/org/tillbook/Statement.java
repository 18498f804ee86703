package org.tillbook;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The entries of an account as text. */
public final class Statement {
    private final Account account;

    public Statement(Account account) {
        this.account = account;
    }

    /** A line for each entry: time, amount, text, and the balance after it. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Account.Entry entry : account.entries()) {
            lines.add(String.join(" ", entry.at().toString(), money(entry.amount()), entry.text(), money(balanceAt(entry.at()))));
        }
        return lines;
    }

    private long balanceAt(Instant at) {
        return account.entries().stream()
                .filter(entry -> !entry.at().isAfter(at))
                .mapToLong(Account.Entry::amount)
                .sum();
    }

    /** Cents as "-1.05". */
    static String money(long cents) {
        return String.format("%s%d.%02d", cents < 0 ? "-" : "", Math.abs(cents) / 100, Math.abs(cents) % 100);
    }
}
