package org.fillin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TemplateTest {
    @Test
    void placeholdersAreFilled() {
        assertEquals("Dear Ada, 7!", Template.of("Dear ${name}, ${ n }!").fill(Map.of("name", "Ada", "n", 7)));
        assertEquals("", Template.of("").fill(Map.of()));
    }

    @Test
    void valuesAreNotTemplates() {
        assertEquals("${b}", Template.of("${a}").fill(Map.of("a", "${b}", "b", "x")));
    }

    @Test
    void namesAreKnown() {
        assertEquals(List.of("a", "b"), Template.of("${a}${b}${a}").names());
    }

    @Test
    void missingValuesAreNamed() {
        Exception error = assertThrows(MissingValueException.class, () -> Template.of("${who}").fill(Map.of()));
        assertTrue(error.getMessage().contains("who"));
    }

    @Test
    void openPlaceholdersAreRefusedByPlace() {
        TemplateException error = assertThrows(TemplateException.class, () -> Template.of("a\nbc${d"));
        assertEquals(2, error.line());
        assertEquals(3, error.column());
    }
}
