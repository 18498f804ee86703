package org.sealbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FormatsTest {
    private static final byte[] KEY = "key".getBytes(StandardCharsets.UTF_8);
    private static final String LONG = String.join("", Collections.nCopies(40, "abc"));

    /** Fails when it is made. */
    public static final class Failing implements Plugins.Filter {
        public Failing() {
            throw new UnsupportedOperationException("broken");
        }

        @Override
        public String apply(String value) {
            return value;
        }
    }

    @Test
    void tokensHaveLinesOf76() {
        Map<String, String> values = new TreeMap<>();
        values.put("a", LONG);
        String body = new Tokens(KEY).pack(values).split("\\.")[0];
        assertEquals("YT1hYmNhYmNhYmNhYmNhYmNhYmNhYmNhYmNhYmNhYmNhYmNhYmNhYmNhYmNhYmNhYmNhYmNhYmNh", body.split("\n")[0]);
        assertFalse(body.contains("\r"));
        for (String line : body.split("\n")) {
            assertTrue(line.length() <= 76);
        }
        assertEquals(3, body.split("\n").length);
    }

    @Test
    void storedTokensAreStillRead() {
        String stored = "YT0xCmI9dHdvCg==.3AF2BF5CE3A9A0B0A4F1B6EEB5D8DC22E0BBF0C0D2DDAF56CCC2CBA0C3B2B9A1";
        assertThrows(IllegalArgumentException.class, () -> new Tokens(KEY).unpack(stored));
        Map<String, String> values = new TreeMap<>();
        values.put("a", LONG);
        String token = new Tokens(KEY).pack(values);
        assertEquals(values, new Tokens(KEY).unpack(token.replace("\n", "\r\n")));
        assertEquals(values, new Tokens(KEY).unpack(token.replace("\n", "")));
    }

    @Test
    void lengthsAroundALineComeBack() {
        for (int length = 50; length < 64; length++) {
            Map<String, String> values = new TreeMap<>();
            values.put("k", LONG.substring(0, length));
            Tokens tokens = new Tokens(KEY);
            assertEquals(values, tokens.unpack(tokens.pack(values)));
        }
    }

    @Test
    void badHexIsAnIllegalArgument() {
        byte[] message = {1};
        assertThrows(IllegalArgumentException.class, () -> Signatures.verify(KEY, message, "ABC"));
        assertThrows(IllegalArgumentException.class, () -> Signatures.verify(KEY, message, "zz"));
        assertTrue(Signatures.verify(KEY, message, Signatures.sign(KEY, message).toLowerCase()));
    }

    @Test
    void badTokensAreIllegalArguments() {
        assertThrows(IllegalArgumentException.class, () -> new Tokens(KEY).unpack("abc"));
        assertThrows(IllegalArgumentException.class, () -> new Tokens(KEY).unpack("YQ==.00"));
    }

    @Test
    void versionsOfBothKindsAreUnderstood() {
        assertEquals(8, Plugins.javaVersion("1.8.0_292"));
        assertEquals(17, Plugins.javaVersion("17.0.21.1"));
        assertEquals(17, Plugins.javaVersion("17"));
        assertEquals(21, Plugins.javaVersion("21-ea"));
        assertEquals(11, Plugins.javaVersion("11.0.2"));
    }

    @Test
    void whatAConstructorThrowsIsTheCause() {
        Exception error = assertThrows(
                RuntimeException.class, () -> Plugins.load(Collections.singletonList(Failing.class.getName())));
        Throwable last = error;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        assertEquals("broken", last.getMessage());
    }
}
