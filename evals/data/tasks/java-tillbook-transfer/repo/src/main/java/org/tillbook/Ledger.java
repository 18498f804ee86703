package org.tillbook;

import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** All accounts. Safe for use by several threads. */
public final class Ledger {
    private final Map<String, Account> accounts = new HashMap<>();
    private final Clock clock;

    public Ledger(Clock clock) {
        this.clock = clock;
    }

    /** Open an account that may go {@code limit} cents below 0. */
    public Account open(String name, long limit) {
        if (accounts.containsKey(name)) {
            throw new IllegalArgumentException("there is an account " + name + " already");
        }
        Account account = new Account(name, limit);
        accounts.put(name, account);
        return account;
    }

    /** The account of this name. */
    public Account account(String name) {
        Account account = accounts.get(name);
        if (account == null) {
            throw new IllegalArgumentException("there is no account " + name);
        }
        return account;
    }

    /** Close an account, which has to be empty. */
    public void close(String name) {
        Account account = account(name);
        if (account.balance() != 0) {
            throw new IllegalStateException(name + " is not empty");
        }
        account.close();
    }

    /** Pay cash in. */
    public void payIn(String name, long amount) {
        account(name).deposit(clock.instant(), amount, "cash");
    }

    /** Move an amount from one account to another. */
    public void transfer(String from, String to, long amount) {
        Instant now = clock.instant();
        String text = "to " + to;
        account(from).withdraw(now, amount, text);
        account(to).deposit(now, amount, text);
    }

    /** What is in all accounts together. */
    public long total() {
        return accounts.values().stream().mapToLong(Account::balance).sum();
    }
}
