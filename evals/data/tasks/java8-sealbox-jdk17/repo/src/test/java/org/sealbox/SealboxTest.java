package org.sealbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SealboxTest {
    private static final byte[] KEY = "key".getBytes(StandardCharsets.UTF_8);

    /** Turns a value round. */
    public static final class Reverse implements Plugins.Filter {
        @Override
        public String apply(String value) {
            return new StringBuilder(value).reverse().toString();
        }
    }

    @Test
    void signaturesAreHexInCapitalLetters() {
        byte[] message = "The quick brown fox jumps over the lazy dog".getBytes(StandardCharsets.UTF_8);
        String signature = Signatures.sign(KEY, message);
        assertEquals("F7BC83F430538424B13298E6AA6FB143EF4D59A14946175997479DBC2D1A3CD8", signature);
        assertTrue(Signatures.verify(KEY, message, signature.toLowerCase()));
        assertFalse(Signatures.verify(KEY, message, "00"));
    }

    @Test
    void tokensComeBack() {
        Map<String, String> values = new TreeMap<String, String>();
        values.put("user", "ada");
        values.put("role", "admin");
        Tokens tokens = new Tokens(KEY);
        assertEquals(values, tokens.unpack(tokens.pack(values)));
        assertThrows(IllegalArgumentException.class, () -> tokens.unpack("nonsense"));
        assertThrows(IllegalArgumentException.class, () -> new Tokens(new byte[] {1}).unpack(tokens.pack(values)));
    }

    @Test
    void filtersAreMadeByName() {
        assertEquals("cba", Plugins.load(Arrays.asList(Reverse.class.getName())).apply("abc"));
        assertThrows(IllegalArgumentException.class, () -> Plugins.load(Collections.singletonList("no.Such")));
        assertThrows(IllegalArgumentException.class, () -> Plugins.load(Collections.singletonList("java.lang.Object")));
    }

    @Test
    void thisJavaIsSupported() {
        assertTrue(Plugins.supported());
    }
}
