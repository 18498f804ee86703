"""Small real projects of each ecosystem that needs no package: in its image, every test has a result of its own."""

import pytest

from patchwright.sandbox.base import Spec
from patchwright.sandbox.docker import DockerSandboxes
from patchwright.sandbox.images import ensure_image
from patchwright.tools.toolchain import detect
from patchwright.tools.verify import run_checks
from tests.tools.trees import MemoryTree

pytestmark = pytest.mark.docker

CALC_JS = "exports.add = (a, b) => a + b;\nexports.sub = (a, b) => a + b;\n"
TEST_JS = """
const test = require("node:test"), assert = require("node:assert"), calc = require("./calc");
test("adds", () => assert.equal(calc.add(1, 2), 3));
test("subtracts", () => assert.equal(calc.sub(3, 2), 1));
"""
CALC_C = "int add(int a, int b) { return a + b; }\nint sub(int a, int b) { return a + b; }\n"
TEST_C = """
int add(int, int); int sub(int, int);
int main(int count, char **words) { return words[1][0] == 'a' ? add(1, 2) != 3 : sub(3, 2) != 1; }
"""
CMAKE = """
cmake_minimum_required(VERSION 3.10)
project(calc C)
enable_testing()
add_executable(t t.c calc.c)
add_test(NAME adds COMMAND t a)
add_test(NAME subtracts COMMAND t s)
"""
CALC_JAVA = """
package demo;
public class Calc {
    public static int add(int a, int b) { return a + b; }
    public static int sub(int a, int b) { return a + b; }
}
"""
TEST_JAVA = """
package demo;
import static org.junit.{package}assertEquals;
import org.junit.{test};
public class {name} {{
    @Test public void adds() {{ assertEquals(3, Calc.add(1, 2)); }}
    @Test public void subtracts() {{ assertEquals(1, Calc.sub(3, 2)); }}
}}
"""
JUNIT_4 = TEST_JAVA.format(package="Assert.", test="Test", name="OldTest")
JUNIT_5 = TEST_JAVA.format(package="jupiter.api.Assertions.", test="jupiter.api.Test", name="NewTest")

CALC_RS = """
pub fn add(a: i32, b: i32) -> i32 { a + b }
pub fn sub(a: i32, b: i32) -> i32 { a + b }
#[cfg(test)]
mod tests {
    #[test] fn adds() { assert_eq!(super::add(1, 2), 3); }
    #[test] fn subtracts() { assert_eq!(super::sub(3, 2), 1); }
}
"""
CARGO = '[package]\nname = "calc"\nversion = "0.1.0"\nedition = "2021"\n'

PROJECTS: dict[str, tuple[dict[str, str], int]] = {
    "node --test": ({"package.json": '{"name": "calc"}', "calc.js": CALC_JS, "calc.test.js": TEST_JS}, 2),
    "ctest": ({"CMakeLists.txt": CMAKE, "calc.c": CALC_C, "t.c": TEST_C}, 2),
    "cargo test": ({"Cargo.toml": CARGO, "src/lib.rs": CALC_RS}, 2),
    "junit": ({"demo/Calc.java": CALC_JAVA, "test/OldTest.java": JUNIT_4, "test/NewTest.java": JUNIT_5}, 4),
}
"""By the name of the check: the files, and how many tests there are, of which half fail."""


@pytest.mark.parametrize("name", PROJECTS)
def test_each_test_of_a_real_project_has_a_result(name: str) -> None:
    files, count = PROJECTS[name]
    tree = MemoryTree(dict(files))
    toolchain = detect(tree)
    image = ensure_image(toolchain.family)
    spec = Spec(image=image, run_id="test-judges", phase="verifying", env=toolchain.env)
    with DockerSandboxes("test-judges").open(spec, tree) as sandbox:
        results = run_checks(sandbox, toolchain, commit="base", image=image)
    (tests,) = [result.tests for result in results.checks if result.check.name == name]
    status = sorted(test.status for test in tests)
    assert status == ["failed"] * (count // 2) + ["passed"] * (count // 2), results
    assert all("subtracts" in test.id for test in tests if test.status == "failed")
