package org.sealbox;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.xml.bind.DatatypeConverter;

/** Signatures of messages. */
public final class Signatures {
    private static final String ALGORITHM = "HmacSHA256";

    private Signatures() {}

    /** The signature of a message, as hex. */
    public static String sign(byte[] key, byte[] message) {
        return DatatypeConverter.printHexBinary(mac(key, message));
    }

    /** Whether a signature (hex, in letters of any case) is that of the message. */
    public static boolean verify(byte[] key, byte[] message, String signature) {
        byte[] given = DatatypeConverter.parseHexBinary(signature);
        return java.security.MessageDigest.isEqual(given, mac(key, message));
    }

    private static byte[] mac(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac.doFinal(message);
        } catch (GeneralSecurityException error) {
            throw new IllegalStateException(error);
        }
    }
}
