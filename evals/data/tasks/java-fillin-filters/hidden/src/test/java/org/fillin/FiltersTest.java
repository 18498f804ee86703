package org.fillin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FiltersTest {
    private static String fill(String template, Object value) {
        Map<String, Object> values = new HashMap<>();
        values.put("v", value);
        return Template.of(template).fill(values);
    }

    @Test
    void filtersRunInTheirOrder() {
        assertEquals("ADA", fill("${v|trim|upper}", " Ada "));
        assertEquals("ada", fill("${ v | lower }", "ADA"));
        assertEquals("    A", fill("${v|cut:2|pad:5|upper}", "a"));
        assertEquals("    7", fill("${v|pad:5}", 7));
        assertEquals("12345678", fill("${v|pad:3}", "12345678"));
    }

    @Test
    void cutsAreMarked() {
        assertEquals("1234567890", fill("${v|cut:10}", "1234567890"));
        assertEquals("123456789…", fill("${v|cut:10}", "12345678901"));
        assertEquals("…", fill("${v|cut:1}", "abc"));
    }

    @Test
    void defaultsStandInForMissingAndEmpty() {
        assertEquals("Sir or Madam", fill("${v|default:Sir or Madam}", null));
        assertEquals("Sir or Madam", fill("${v|default:Sir or Madam}", ""));
        assertEquals("Ada", fill("${v|default:x}", "Ada"));
        assertEquals("X", fill("${v|default:x|upper}", null));
        assertEquals("x", fill("${v|upper|default:x}", null));
        assertEquals("x", fill("${v|trim|default:x}", "  "));
        assertEquals("", fill("${v|default:}", null));
        assertThrows(MissingValueException.class, () -> fill("${v|upper}", null));
    }

    @Test
    void ownFiltersAreKnownAndMayReplace() {
        Template template = new Template.Builder()
                .filter("iban", value -> value.replaceAll("(.{4})(?=.)", "$1 "))
                .build("${a|iban}");
        assertEquals("DE12 3456 7", template.fill(Map.of("a", "DE1234567")));
    }

    @Test
    void signsCanBeEscaped() {
        assertEquals("$5 ${v} $", fill("$$5 $${v} $", 1));
        assertEquals("$1", fill("$$${v}", 1));
        assertEquals("a|b:c}d\\e", fill("${v|default:a\\|b\\:c\\}d\\\\e}", null));
        assertEquals("10:30", fill("${v|default:10:30}", null));
    }

    @Test
    void mistakesAreToldWhenTheTemplateIsMade() {
        for (String wrong : List.of("${v|shout}", "${v|pad:x}", "${v|pad}", "${v|cut:-1}", "${v|cut:0}", "${v|upper:3}", "${v|}", "${}", "${|upper}", "${v|default}")) {
            TemplateException error = assertThrows(TemplateException.class, () -> Template.of("one\n " + wrong), wrong);
            assertEquals(2, error.line(), wrong);
            assertTrue(error.column() >= 2, wrong);
        }
        assertThrows(TemplateException.class, () -> Template.of("${v|default:a\\}"));
    }

    @Test
    void namesAreWithoutFilters() {
        assertEquals(List.of("a", "b"), Template.of("${a|upper}${b|default:x}${a}").names());
    }

    @Test
    void valuesAreNotTemplatesAndKeepTheirSigns() {
        assertEquals("${V}$$", fill("${v|upper}", "${v}$$"));
    }

    @Test
    void lettersDoNotDependOnTheMachine() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("tr"));
            assertEquals("TITLE", fill("${v|upper}", "title"));
        } finally {
            Locale.setDefault(before);
        }
    }
}
