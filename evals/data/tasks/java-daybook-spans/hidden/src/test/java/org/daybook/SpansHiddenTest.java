package org.daybook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpansHiddenTest {
    @Test
    void aHoleLeavesBothSides() {
        Spans spans = new Spans();
        spans.add(540, 1020);
        spans.remove(720, 780);
        assertEquals("[540,720) [780,1020)", spans.toString());
        assertEquals(420, spans.minutes());
    }

    @Test
    void aBridgeMakesOneOfSeveral() {
        Spans spans = new Spans();
        spans.add(540, 600);
        spans.add(660, 720);
        spans.add(800, 810);
        spans.add(570, 690);
        assertEquals("[540,720) [800,810)", spans.toString());
    }

    @Test
    void spansThatTouchAreOne() {
        Spans spans = new Spans();
        spans.add(540, 600);
        spans.add(660, 720);
        spans.add(600, 660);
        assertEquals("[540,720)", spans.toString());
        assertEquals(1, spans.list().size());
    }

    @Test
    void severalSpansAreRemovedAtOnce() {
        Spans spans = new Spans();
        for (int from = 0; from < 100; from += 10) {
            spans.add(from, from + 5);
        }
        spans.remove(3, 72);
        assertEquals("[0,3) [72,75) [80,85) [90,95)", spans.toString());
    }

    @Test
    void gapsHaveAllHoles() {
        Spans spans = new Spans();
        spans.add(10, 20);
        spans.add(30, 40);
        spans.add(50, 60);
        assertEquals("[0,10) [20,30) [40,50) [60,70)", spans.gaps(0, 70).toString());
    }

    @Test
    void aRoomIsFreeAfterLunchIsCancelled() {
        Room room = new Room("blue", "8:00", "18:00");
        room.book("9:00", "17:00");
        room.cancel("12:00", "13:00");
        assertEquals(List.of("8:00-9:00", "12:00-13:00", "17:00-18:00"), room.free());
        assertEquals(Optional.of("8:00"), room.firstFree(60));
        assertTrue(room.book("12:00", "13:00"));
        assertEquals("blue: [540,1020)", room.toString());
    }

    @Test
    void meetingsBackToBackAreOneSpan() {
        Room room = new Room("blue", "8:00", "18:00");
        assertTrue(room.book("9:00", "10:00") && room.book("10:00", "11:00"));
        assertEquals("blue: [540,660)", room.toString());
    }

    @Test
    void itIsASetOfMinutes() {
        Random random = new Random(7);
        Spans spans = new Spans();
        BitSet minutes = new BitSet();
        for (int round = 0; round < 2000; round++) {
            int from = random.nextInt(200);
            int to = from + 1 + random.nextInt(30);
            if (random.nextInt(3) > 0) {
                spans.add(from, to);
                minutes.set(from, to);
            } else {
                spans.remove(from, to);
                minutes.clear(from, to);
            }
            StringBuilder expected = new StringBuilder();
            for (int at = minutes.nextSetBit(0); at >= 0; at = minutes.nextSetBit(minutes.nextClearBit(at))) {
                expected.append(expected.length() > 0 ? " " : "").append("[").append(at).append(",");
                expected.append(minutes.nextClearBit(at)).append(")");
            }
            assertEquals(expected.toString(), spans.toString());
        }
    }
}
