package org.fillin;

/** A template that cannot be read; says where. */
public final class TemplateException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;

    TemplateException(String reason, String text, int at) {
        this(reason, lineOf(text, at), columnOf(text, at));
    }

    private TemplateException(String reason, int line, int column) {
        super("line " + line + ", column " + column + ": " + reason);
        this.line = line;
        this.column = column;
    }

    /** The line, from 1. */
    public int line() {
        return line;
    }

    /** The column, from 1. */
    public int column() {
        return column;
    }

    private static int lineOf(String text, int at) {
        return 1 + (int) text.substring(0, at).chars().filter(c -> c == '\n').count();
    }

    private static int columnOf(String text, int at) {
        return at - text.lastIndexOf('\n', at - 1);
    }
}
