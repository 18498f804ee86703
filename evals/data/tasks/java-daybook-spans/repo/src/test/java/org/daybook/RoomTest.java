package org.daybook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RoomTest {
    @Test
    void aRoomIsTakenOnce() {
        Room room = new Room("blue", "8:00", "18:00");
        assertTrue(room.book("9:00", "10:00"));
        assertFalse(room.book("9:30", "10:30"));
        assertFalse(room.book("7:00", "8:30"));
        assertEquals(List.of("8:00-9:00", "10:00-18:00"), room.free());
    }

    @Test
    void theFirstFreeTimeIsFound() {
        Room room = new Room("blue", "8:00", "12:00");
        room.book("8:30", "9:00");
        assertEquals(Optional.of("9:00"), room.firstFree(60));
        assertEquals(Optional.empty(), room.firstFree(600));
    }

    @Test
    void timesAreChecked() {
        assertEquals(570, Times.parse("9:30"));
        assertEquals("9:05", Times.format(545));
        for (String text : List.of("9", "9:5", "25:00", "24:30", "a:00")) {
            assertThrows(IllegalArgumentException.class, () -> Times.parse(text));
        }
    }
}
