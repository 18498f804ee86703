package org.tillbook;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A balance, and how it came about. Amounts are cents. */
public final class Account {
    /** What changed the balance. */
    public record Entry(Instant at, long amount, String text) {}

    private final String name;
    private final long limit;
    private final List<Entry> entries = new ArrayList<>();
    private long balance;
    private boolean closed;

    Account(String name, long limit) {
        this.name = name;
        this.limit = limit;
    }

    public String name() {
        return name;
    }

    public long balance() {
        return balance;
    }

    public boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true;
    }

    /** All entries, in the order in which they were made. */
    public List<Entry> entries() {
        return entries;
    }

    void deposit(Instant at, long amount, String text) {
        if (closed) {
            throw new IllegalStateException(name + " is closed");
        }
        balance += amount;
        entries.add(new Entry(at, amount, text));
    }

    void withdraw(Instant at, long amount, String text) {
        if (closed) {
            throw new IllegalStateException(name + " is closed");
        }
        if (balance - amount < -limit) {
            throw new IllegalStateException(name + " has not enough");
        }
        balance -= amount;
        entries.add(new Entry(at, -amount, text));
    }
}
