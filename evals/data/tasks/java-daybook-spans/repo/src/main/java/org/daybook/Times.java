package org.daybook;

/** Times of the day as minutes. */
public final class Times {
    private Times() {}

    /** "9:30" as minutes of the day. */
    public static int parse(String text) {
        String[] parts = text.trim().split(":", -1);
        if (parts.length != 2 || parts[1].length() != 2) {
            throw new IllegalArgumentException("not a time: " + text);
        }
        try {
            int hours = Integer.parseInt(parts[0]);
            int minutes = Integer.parseInt(parts[1]);
            if (hours < 0 || hours > 24 || minutes < 0 || minutes > 59 || hours * 60 + minutes > 1440) {
                throw new IllegalArgumentException("not a time: " + text);
            }
            return hours * 60 + minutes;
        } catch (NumberFormatException error) {
            throw new IllegalArgumentException("not a time: " + text, error);
        }
    }

    /** Minutes of the day as "9:30". */
    public static String format(int minutes) {
        return String.format("%d:%02d", minutes / 60, minutes % 60);
    }
}
