package org.tillbook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WholeTest {
    private final Ledger ledger = new Ledger(Clock.fixed(Instant.parse("2026-01-01T10:00:00Z"), ZoneOffset.UTC));

    @BeforeEach
    void open() {
        ledger.open("alice", 0);
        ledger.open("bob", 0);
        ledger.payIn("alice", 500);
    }

    @Test
    void aTransferToAClosedAccountTakesNothing() {
        ledger.close("bob");
        assertThrows(IllegalStateException.class, () -> ledger.transfer("alice", "bob", 100));
        assertEquals(500, ledger.account("alice").balance());
        assertEquals(1, ledger.account("alice").entries().size());
    }

    @Test
    void aTransferToNobodyTakesNothing() {
        assertThrows(IllegalArgumentException.class, () -> ledger.transfer("alice", "carol", 100));
        assertEquals(500, ledger.total());
    }

    @Test
    void amountsHaveToBeAboveZero() {
        for (long amount : new long[] {0, -50}) {
            assertThrows(IllegalArgumentException.class, () -> ledger.transfer("alice", "bob", amount));
            assertThrows(IllegalArgumentException.class, () -> ledger.payIn("alice", amount));
        }
        assertEquals(500, ledger.account("alice").balance());
        assertEquals(0, ledger.account("bob").entries().size());
    }

    @Test
    void bothSidesHaveTheirText() {
        ledger.transfer("alice", "bob", 100);
        assertTrue(new Statement(ledger.account("alice")).lines().get(1).contains(" to bob "));
        assertTrue(new Statement(ledger.account("bob")).lines().get(0).contains(" from alice "));
    }

    @Test
    void aStatementRunsAlong() {
        ledger.transfer("alice", "bob", 100);
        ledger.transfer("alice", "bob", 50);
        ledger.transfer("bob", "alice", 25);
        assertEquals(
                List.of(
                        "2026-01-01T10:00:00Z 5.00 cash 5.00",
                        "2026-01-01T10:00:00Z -1.00 to bob 4.00",
                        "2026-01-01T10:00:00Z -0.50 to bob 3.50",
                        "2026-01-01T10:00:00Z 0.25 from bob 3.75"),
                new Statement(ledger.account("alice")).lines());
    }

    @Test
    void entriesCannotBeChangedFromOutside() {
        List<Account.Entry> entries = ledger.account("alice").entries();
        assertThrows(UnsupportedOperationException.class, entries::clear);
        ledger.transfer("alice", "bob", 1);
        assertEquals(2, ledger.account("alice").entries().size());
    }

    @Test
    void aTransferToOneselfChangesNoBalance() {
        try {
            ledger.transfer("alice", "alice", 100);
        } catch (IllegalArgumentException refused) {
            // as good
        }
        assertEquals(500, ledger.account("alice").balance());
    }

    @Test
    void manyThreadsLoseNothingAndEnd() {
        ledger.payIn("bob", 500);
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            for (int round = 0; round < 20; round++) {
                CountDownLatch start = new CountDownLatch(1);
                List<Thread> threads = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    String from = i % 2 == 0 ? "alice" : "bob";
                    String to = i % 2 == 0 ? "bob" : "alice";
                    Thread thread = new Thread(() -> {
                        await(start);
                        for (int n = 0; n < 500; n++) {
                            try {
                                ledger.transfer(from, to, 1 + n % 7);
                            } catch (IllegalStateException empty) {
                                Thread.yield();
                            }
                        }
                    });
                    threads.add(thread);
                    thread.start();
                }
                start.countDown();
                for (Thread thread : threads) {
                    thread.join();
                }
                assertEquals(1000, ledger.total());
            }
        });
        for (String name : List.of("alice", "bob")) {
            Account account = ledger.account(name);
            assertEquals(account.balance(), account.entries().stream().mapToLong(Account.Entry::amount).sum());
            assertTrue(account.balance() >= 0);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
    }
}
