package org.fillin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A text with placeholders. */
public final class Template {
    /** A piece of a template: plain text, or the name of a value. */
    record Piece(String text, String name) {}

    private final List<Piece> pieces;

    private Template(List<Piece> pieces) {
        this.pieces = List.copyOf(pieces);
    }

    /** Read a template. */
    public static Template of(String text) {
        return new Builder().build(text);
    }

    /** The text with its values. */
    public String fill(Map<String, ?> values) {
        StringBuilder out = new StringBuilder();
        for (Piece piece : pieces) {
            if (piece.name() == null) {
                out.append(piece.text());
                continue;
            }
            Object value = values.get(piece.name());
            if (value == null) {
                throw new MissingValueException(piece.name());
            }
            out.append(value);
        }
        return out.toString();
    }

    /** The names of all values, in the order of their first use. */
    public List<String> names() {
        return pieces.stream().map(Piece::name).filter(name -> name != null).distinct().toList();
    }

    /** Makes templates. */
    public static final class Builder {
        /** Read a template. */
        public Template build(String text) {
            List<Piece> pieces = new ArrayList<>();
            int at = 0;
            while (at < text.length()) {
                int start = text.indexOf("${", at);
                if (start < 0) {
                    break;
                }
                int end = text.indexOf('}', start);
                if (end < 0) {
                    throw new TemplateException("a placeholder is not closed", text, start);
                }
                pieces.add(new Piece(text.substring(at, start), null));
                pieces.add(new Piece(null, text.substring(start + 2, end).trim()));
                at = end + 1;
            }
            pieces.add(new Piece(text.substring(at), null));
            return new Template(pieces);
        }
    }
}
