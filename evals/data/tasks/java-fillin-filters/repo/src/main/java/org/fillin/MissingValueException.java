package org.fillin;

/** A value that a template needs is not there. */
public final class MissingValueException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MissingValueException(String name) {
        super("there is no value for " + name);
    }
}
