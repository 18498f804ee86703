package org.tillbook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private final Ledger ledger = new Ledger(Clock.fixed(Instant.parse("2026-01-01T10:00:00Z"), ZoneOffset.UTC));

    @BeforeEach
    void open() {
        ledger.open("alice", 0);
        ledger.open("bob", 1000);
        ledger.payIn("alice", 500);
    }

    @Test
    void aTransferMovesMoney() {
        ledger.transfer("alice", "bob", 200);
        assertEquals(300, ledger.account("alice").balance());
        assertEquals(200, ledger.account("bob").balance());
        assertEquals(500, ledger.total());
    }

    @Test
    void nobodyGoesBelowTheLimit() {
        assertThrows(IllegalStateException.class, () -> ledger.transfer("alice", "bob", 501));
        ledger.transfer("bob", "alice", 1000);
        assertEquals(-1000, ledger.account("bob").balance());
    }

    @Test
    void accountsAreOpenedOnceAndClosedWhenEmpty() {
        assertThrows(IllegalArgumentException.class, () -> ledger.open("bob", 0));
        assertThrows(IllegalArgumentException.class, () -> ledger.account("carol"));
        assertThrows(IllegalStateException.class, () -> ledger.close("alice"));
        ledger.close("bob");
        assertThrows(IllegalStateException.class, () -> ledger.payIn("bob", 1));
    }

    @Test
    void aStatementHasALineForEachEntry() {
        assertEquals(
                List.of("2026-01-01T10:00:00Z 5.00 cash 5.00"), new Statement(ledger.account("alice")).lines());
        assertEquals("-1.05", Statement.money(-105));
    }
}
