package org.sealbox;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import sun.misc.BASE64Decoder;
import sun.misc.BASE64Encoder;

/** Properties as one signed token. */
public final class Tokens {
    private final byte[] key;

    public Tokens(byte[] key) {
        this.key = key.clone();
    }

    /** The token: lines of Base64, a full stop, the signature. */
    public String pack(Map<String, String> values) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, String> entry : new TreeMap<String, String>(values).entrySet()) {
            text.append(entry.getKey()).append('=').append(entry.getValue()).append('\n');
        }
        byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
        return new BASE64Encoder().encode(body) + "." + Signatures.sign(key, body);
    }

    /** What a token holds. Throws IllegalArgumentException if it is none of ours. */
    public Map<String, String> unpack(String token) {
        int stop = token.lastIndexOf('.');
        if (stop < 0) {
            throw new IllegalArgumentException("not a token");
        }
        byte[] body;
        try {
            body = new BASE64Decoder().decodeBuffer(token.substring(0, stop));
        } catch (IOException error) {
            throw new IllegalArgumentException("not a token", error);
        }
        if (!Signatures.verify(key, body, token.substring(stop + 1))) {
            throw new IllegalArgumentException("the signature is wrong");
        }
        return read(new String(body, StandardCharsets.UTF_8));
    }

    private static Map<String, String> read(String text) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException error) {
            throw new IllegalStateException(error);
        }
        Map<String, String> values = new TreeMap<String, String>();
        for (String name : properties.stringPropertyNames()) {
            values.put(name, properties.getProperty(name));
        }
        return values;
    }
}
