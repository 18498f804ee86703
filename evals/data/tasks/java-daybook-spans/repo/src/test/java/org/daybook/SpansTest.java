package org.daybook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SpansTest {
    @Test
    void spansAreKeptInOrder() {
        Spans spans = new Spans();
        spans.add(100, 120);
        spans.add(10, 20);
        assertEquals("[10,20) [100,120)", spans.toString());
        assertEquals(30, spans.minutes());
    }

    @Test
    void overlappingSpansBecomeOne() {
        Spans spans = new Spans();
        spans.add(10, 20);
        spans.add(15, 30);
        assertEquals("[10,30)", spans.toString());
    }

    @Test
    void endsAreCutOff() {
        Spans spans = new Spans();
        spans.add(10, 30);
        spans.remove(25, 40);
        spans.remove(0, 15);
        assertEquals("[15,25)", spans.toString());
    }

    @Test
    void theEndIsNoPartOfASpan() {
        Spans spans = new Spans();
        spans.add(10, 20);
        assertTrue(spans.contains(10) && spans.contains(19));
        assertFalse(spans.contains(20));
        assertFalse(spans.overlaps(20, 30));
    }

    @Test
    void emptySpansAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Spans().add(5, 5));
    }
}
