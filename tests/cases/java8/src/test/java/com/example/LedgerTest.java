package com.example;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import org.junit.Test;

public class LedgerTest {
    @Test
    public void aLineIsWritten() {
        Ledger ledger = new Ledger();
        ledger.getLines().add("rent");
        assertTrue(ledger.asXml().contains("<lines>rent</lines>"));
    }

    @Test
    public void aLedgerCanBeMocked() {
        Ledger ledger = mock(Ledger.class);
        when(ledger.asXml()).thenReturn("<none/>");
        assertEquals("<none/>", ledger.asXml());
    }
}
