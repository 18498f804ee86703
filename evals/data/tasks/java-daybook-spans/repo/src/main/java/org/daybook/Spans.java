package org.daybook;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** A set of minutes, kept as half-open spans that neither overlap nor touch, in order. */
public final class Spans {
    /** The minutes from {@code from} up to but not including {@code to}. */
    public record Span(int from, int to) {
        public Span {
            if (from >= to) {
                throw new IllegalArgumentException("a span has to end after it begins: " + from + " to " + to);
            }
        }

        public int minutes() {
            return to - from;
        }

        boolean overlaps(Span other) {
            return from < other.to && other.from < to;
        }

        @Override
        public String toString() {
            return "[" + from + "," + to + ")";
        }
    }

    private final List<Span> spans = new ArrayList<>();

    /** Take these minutes in. */
    public void add(int from, int to) {
        Span added = new Span(from, to);
        for (int i = 0; i < spans.size(); i++) {
            Span span = spans.get(i);
            if (span.overlaps(added)) {
                spans.set(i, new Span(Math.min(span.from(), from), Math.max(span.to(), to)));
                return;
            }
        }
        spans.add(added);
        spans.sort((a, b) -> Integer.compare(a.from(), b.from()));
    }

    /** Leave these minutes out. */
    public void remove(int from, int to) {
        Span removed = new Span(from, to);
        for (int i = 0; i < spans.size(); i++) {
            Span span = spans.get(i);
            if (!span.overlaps(removed)) {
                continue;
            }
            if (span.from() < from) {
                spans.set(i, new Span(span.from(), from));
            } else if (span.to() > to) {
                spans.set(i, new Span(to, span.to()));
            } else {
                spans.remove(i);
            }
        }
    }

    /** Whether the minute is in the set. */
    public boolean contains(int minute) {
        return spans.stream().anyMatch(span -> span.from() <= minute && minute < span.to());
    }

    /** Whether any of these minutes is in the set. */
    public boolean overlaps(int from, int to) {
        Span asked = new Span(from, to);
        return spans.stream().anyMatch(asked::overlaps);
    }

    /** How many minutes there are. */
    public int minutes() {
        return spans.stream().mapToInt(Span::minutes).sum();
    }

    /** The spans, in order. */
    public List<Span> list() {
        return Collections.unmodifiableList(spans);
    }

    /** What is not in the set between two minutes. */
    public Spans gaps(int from, int to) {
        Spans gaps = new Spans();
        gaps.add(from, to);
        for (Span span : spans) {
            gaps.remove(span.from(), span.to());
        }
        return gaps;
    }

    @Override
    public String toString() {
        return spans.stream().map(Span::toString).collect(Collectors.joining(" "));
    }
}
