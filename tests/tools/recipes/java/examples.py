"""One before/after per Java recipe: the README is made of these, and the tests hold the recipes to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from patchwright.tools.recipes.platform import Knobs

POM = "pom.xml"
SOURCE = "src/main/java/A.java"


def pom(inside: str) -> str:
    lines = "".join(f"  {line}\n" for line in inside.strip("\n").splitlines())
    return f"<project>\n  <artifactId>a</artifactId>\n{lines}</project>\n"


def plugin(artifact: str, version: str, more: str = "") -> str:
    inner = f"    <artifactId>{artifact}</artifactId>\n    <version>{version}</version>\n{more}"
    return pom(f"<build><plugins>\n  <plugin>\n{inner}  </plugin>\n</plugins></build>")


def dependency(name: str, version: str, more: str = "") -> str:
    group, _, artifact = name.partition(":")
    ids = f"    <groupId>{group}</groupId>\n    <artifactId>{artifact}</artifactId>\n    <version>{version}</version>\n"
    return pom(f"<dependencies>\n  <dependency>\n{ids}{more}  </dependency>\n</dependencies>")


@dataclass(frozen=True)
class Example:
    recipe: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    """Only what changes."""
    knobs: Knobs = field(default_factory=Knobs)


def java(recipe: str, before: str, after: str, target: int = 17) -> Example:
    return Example(recipe, {SOURCE: before}, {SOURCE: after}, Knobs(release=(target,)))


def of_pom(recipe: str, before: str, after: str, target: int = 17) -> Example:
    return Example(recipe, {POM: before}, {POM: after}, Knobs(release=(target,)))


EXAMPLES = (
    of_pom(
        "java.compiler-level",
        pom("<properties>\n  <maven.compiler.source>1.8</maven.compiler.source> <!-- old -->\n</properties>"),
        pom("<properties>\n  <maven.compiler.source>17</maven.compiler.source> <!-- old -->\n</properties>"),
    ),
    of_pom(
        "java.compiler-level",
        pom("<name>A</name>"),
        pom(
            "<name>A</name>\n<properties>\n  <maven.compiler.source>17</maven.compiler.source>\n"
            "  <maven.compiler.target>17</maven.compiler.target>\n</properties>"
        ),
    ),
    of_pom(
        "java.compiler-level",
        pom("<parent>\n  <artifactId>foreign</artifactId>\n</parent>\n<build>\n  <finalName>a</finalName>\n</build>"),
        pom(
            "<parent>\n  <artifactId>foreign</artifactId>\n</parent>\n<build>\n  <finalName>a</finalName>\n"
            "  <plugins>\n    <plugin>\n      <artifactId>maven-compiler-plugin</artifactId>\n"
            "      <configuration>\n        <source>17</source>\n        <target>17</target>\n"
            "      </configuration>\n    </plugin>\n  </plugins>\n</build>"
        ),
    ),
    of_pom(
        "java.compiler-level",
        pom(
            "<properties>\n  <a>1</a>\n</properties>\n<plugin>\n  <artifactId>maven-compiler-plugin</artifactId>\n"
            "  <configuration>\n    <source>${version.jdk}</source>\n  </configuration>\n</plugin>"
        ),
        pom(
            "<properties>\n  <a>1</a>\n  <version.jdk>17</version.jdk>\n</properties>\n<plugin>\n"
            "  <artifactId>maven-compiler-plugin</artifactId>\n"
            "  <configuration>\n    <source>${version.jdk}</source>\n  </configuration>\n</plugin>"
        ),
    ),
    Example(
        "java.compiler-level",
        {
            POM: pom("<properties>\n  <jdk>1.6</jdk>\n</properties>\n<modules>\n  <module>m</module>\n</modules>"),
            "m/pom.xml": plugin(
                "maven-compiler-plugin", "3.8.1", "    <configuration><source>${jdk}</source></configuration>\n"
            ).replace("<artifactId>a<", "<parent>\n    <artifactId>a</artifactId>\n  </parent>\n  <artifactId>m<", 1),
        },
        {POM: pom("<properties>\n  <jdk>17</jdk>\n</properties>\n<modules>\n  <module>m</module>\n</modules>")},
    ),
    Example(
        "java.inherited-plugins",
        {POM: pom("<build>\n  <finalName>a</finalName>\n</build>")},
        {
            POM: pom(
                "<build>\n  <finalName>a</finalName>\n  <plugins>\n    <plugin>\n"
                "      <groupId>org.codehaus.mojo</groupId>\n"
                "      <artifactId>animal-sniffer-maven-plugin</artifactId>\n      <version>1.23</version>\n"
                "    </plugin>\n  </plugins>\n</build>"
            )
        },
        Knobs(failing=frozenset({"org.codehaus.mojo:animal-sniffer-maven-plugin:1.8"})),
    ),
    of_pom(
        "java.enforcer-java",
        pom("<x><requireJavaVersion><version>[1.7,1.9)</version></requireJavaVersion></x>"),
        pom("<x><requireJavaVersion><version>[17,)</version></requireJavaVersion></x>"),
    ),
    of_pom("java.plugin-floors", plugin("maven-surefire-plugin", "2.12.4"), plugin("maven-surefire-plugin", "2.22.2")),
    of_pom(
        "java.plugin-floors",
        plugin("maven-war-plugin", "${war}").replace("<build>", "<properties><war>2.6</war></properties>\n  <build>"),
        plugin("maven-war-plugin", "${war}").replace("<build>", "<properties><war>3.4.0</war></properties>\n  <build>"),
    ),
    of_pom(
        "java.dependency-floors",
        dependency("org.projectlombok:lombok", "1.16.20"),
        dependency("org.projectlombok:lombok", "1.18.34"),
    ),
    of_pom(
        "java.dependency-floors",
        dependency("org.projectlombok:lombok", "1.18.28"),
        dependency("org.projectlombok:lombok", "1.18.34"),
        target=21,
    ),
    Example(
        "java.removed-modules",
        {POM: pom("<name>A</name>"), SOURCE: "import javax.annotation.PostConstruct;\n"},
        {
            POM: pom(
                "<dependencies>\n  <dependency>\n    <groupId>javax.annotation</groupId>\n"
                "    <artifactId>javax.annotation-api</artifactId>\n    <version>1.3.2</version>\n"
                "  </dependency>\n</dependencies>\n<name>A</name>"
            )
        },
    ),
    of_pom(
        "java.add-opens",
        dependency("org.mockito:mockito-all", "1.9.5").replace("<dependencies>", "<properties/>\n  <dependencies>"),
        dependency("org.mockito:mockito-all", "1.9.5").replace(
            "<dependencies>",
            "<properties>\n    <argLine>--add-opens=java.base/java.lang=ALL-UNNAMED</argLine>\n  </properties>\n"
            "  <dependencies>",
        ),
    ),
    Example(
        "java.add-opens",
        {
            POM: plugin(
                "maven-surefire-plugin", "2.22.2", "    <configuration><argLine>-Xmx1g</argLine></configuration>\n"
            )
        },
        {
            POM: plugin(
                "maven-surefire-plugin",
                "2.22.2",
                "    <configuration><argLine>-Xmx1g --add-opens=java.base/java.util=ALL-UNNAMED</argLine>"
                "</configuration>\n",
            ).replace(
                "</artifactId>\n",
                "</artifactId>\n  <properties>\n"
                "    <argLine>--add-opens=java.base/java.util=ALL-UNNAMED</argLine>\n  </properties>\n",
                1,
            )
        },
        Knobs(opened=frozenset({"java.base/java.util"})),
    ),
    java(
        "java.base64",
        "import java.io.*;\nimport sun.misc.BASE64Encoder;\n\nclass A {\n"
        "    String f(byte[] b) { return new BASE64Encoder().encode(b); } // text\n}\n",
        "import java.io.*;\nimport java.util.Base64;\n\nclass A {\n"
        "    String f(byte[] b) { return Base64.getMimeEncoder().encodeToString(b); } // text\n}\n",
    ),
    java(
        "java.base64",
        "import sun.misc.BASE64Decoder;\nimport sun.misc.BASE64Encoder;\nclass A {\n"
        "    private final BASE64Decoder d = new BASE64Decoder();\n"
        "    byte[] f(String s) throws Exception { return d.decodeBuffer(s); }\n}\n",
        "import java.util.Base64;\nclass A {\n"
        "    private final Base64.Decoder d = Base64.getMimeDecoder();\n"
        "    byte[] f(String s) throws Exception { return d.decode(s); }\n}\n",
    ),
    java(
        "java.nashorn",
        "import jdk.nashorn.api.scripting.ScriptObjectMirror;\nclass A {}\n",
        "import org.openjdk.nashorn.api.scripting.ScriptObjectMirror;\nclass A {}\n",
    ),
    java(
        "java.underscore",
        "class A {\n    void f() {\n        try { g(); } catch (Exception _) { h(_); }\n    }\n}\n",
        "class A {\n    void f() {\n        try { g(); } catch (Exception unused) { h(unused); }\n    }\n}\n",
    ),
    java(
        "java.boxed-constructors",
        "class A {\n    Integer i = new Integer(new Long(3).intValue()); // boxes\n}\n",
        "class A {\n    Integer i = Integer.valueOf(Long.valueOf(3).intValue()); // boxes\n}\n",
    ),
    java(
        "java.new-instance",
        "class A {\n    Object f() throws Exception { return Class.forName(n).newInstance(); }\n}\n",
        "class A {\n    Object f() throws Exception { return Class.forName(n).getDeclaredConstructor().newInstance(); }\n}\n",
    ),
)

NO_OPS: tuple[Mapping[str, str], ...] = (
    {POM: pom("<properties>\n  <maven.compiler.release>21</maven.compiler.release>\n</properties>")},
    {
        POM: plugin("maven-surefire-plugin", "3.2.5").replace(
            "<build>", "<properties><maven.compiler.release>21</maven.compiler.release></properties>\n  <build>"
        )
    },
    {POM: "not xml at all <"},
    {POM: "<!DOCTYPE project [<!ENTITY a 'b'>]><project><artifactId>&a;</artifactId></project>"},
    {"sub/pom.xml": dependency("org.projectlombok:lombok", "1.16.20")},
    {SOURCE: "import javax.annotation.Nullable;\nimport javax.xml.parsers.SAXParser;\nclass A {}\n"},
    {SOURCE: "class A {\n    // new Integer(1), jdk.nashorn.api, sun.misc.BASE64Encoder\n    int _a;\n}\n"},
    {SOURCE: "class A {\n    class Integer {}\n    Object o = new Integer();\n    Object p = new Float(1.5);\n}\n"},
    {SOURCE: "class A {\n    Object f() { try { return c.newInstance(); } catch (Exception e) { return 1; } }\n}\n"},
    {SOURCE: "class A { this is broken new Integer(1) jdk.nashorn.api\n"},
)

LEFT = (
    ("java.dependency-floors", {POM: dependency("asm:asm", "3.3.1")}, "pom.xml:4 dependency"),
    (
        "java.base64",
        {
            SOURCE: "import sun.misc.BASE64Decoder;\nclass A {\n  byte[] f(String s) {\n"
            "    try { return new BASE64Decoder().decodeBuffer(s); } catch (java.io.IOException e) { return null; }\n  }\n}\n"
        },
        f"{SOURCE}:4 base64",
    ),
    ("java.underscore", {SOURCE: "class A {\n  int _;\n}\n"}, f"{SOURCE}:2 underscore"),
    (
        "java.new-instance",
        {SOURCE: "class A {\n  Object f() { return A.class.newInstance(); }\n}\n"},
        f"{SOURCE}:2 newInstance",
    ),
    ("java.removed-modules", {SOURCE: "import javax.xml.bind.JAXB;\n"}, f"{SOURCE}:0 removed-module"),
    (
        "java.run-time-traps",
        {SOURCE: '/*\n*/ boolean old = System.getProperty("java.version").startsWith("1.");\n'},
        f"{SOURCE}:2 fails when it runs",
    ),
)
