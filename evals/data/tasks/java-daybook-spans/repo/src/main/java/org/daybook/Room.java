package org.daybook;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A room and when it is taken. */
public final class Room {
    private final String name;
    private final Spans taken = new Spans();
    private final int opens;
    private final int closes;

    public Room(String name, String opens, String closes) {
        this.name = name;
        this.opens = Times.parse(opens);
        this.closes = Times.parse(closes);
    }

    /** Take the room; false if it is taken or closed. */
    public boolean book(String from, String to) {
        int begin = Times.parse(from);
        int end = Times.parse(to);
        if (begin < opens || end > closes || taken.overlaps(begin, end)) {
            return false;
        }
        taken.add(begin, end);
        return true;
    }

    /** Give the room back for this time. */
    public void cancel(String from, String to) {
        taken.remove(Times.parse(from), Times.parse(to));
    }

    /** When the room is free, as "9:00-10:00". */
    public List<String> free() {
        return taken.gaps(opens, closes).list().stream()
                .map(span -> Times.format(span.from()) + "-" + Times.format(span.to()))
                .collect(Collectors.toList());
    }

    /** The first time at which so many minutes are free. */
    public Optional<String> firstFree(int minutes) {
        return taken.gaps(opens, closes).list().stream()
                .filter(span -> span.minutes() >= minutes)
                .map(span -> Times.format(span.from()))
                .findFirst();
    }

    @Override
    public String toString() {
        return name + ": " + taken;
    }
}
