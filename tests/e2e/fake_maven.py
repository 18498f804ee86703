#!/usr/bin/env python3
"""Stands in for `mvn` in local sandboxes: builds what the POM and the sources say, by a few rules, and writes reports.

A level below 8 does not compile, as with JDK 17. A test fails where the file `fails-with` names words of the POM.
"""

import pathlib
import re
import shutil
import sys

pom = pathlib.Path("pom.xml").read_text()
levels = [int(one) for one in re.findall(r"<maven\.compiler\.\w+>(?:1\.)?(\d+)<", pom)]
level = min(levels, default=5)
target = pathlib.Path("target")
if "clean" in sys.argv:
    shutil.rmtree(target, ignore_errors=True)
if level < 8:
    print(
        f"[ERROR] {pathlib.Path.cwd()}/src/main/java/A.java:[1,1] error: Source option {level} is no longer supported."
    )
    sys.exit(1)
(target / "classes").mkdir(parents=True)
(target / "classes" / "A.class").write_bytes(b"\xca\xfe\xba\xbe\0\0" + (44 + level).to_bytes(2, "big"))
if "verify" in sys.argv:
    words = pathlib.Path("fails-with").read_text().split() if pathlib.Path("fails-with").exists() else []
    bad = "<failure message='it broke'/>" if any(word in pom for word in words) else ""
    methods = re.findall(r"@Test void (\w+)", pathlib.Path("src/test/java/ATest.java").read_text())
    cases = "".join(f"<testcase classname='ATest' name='{one}'>{bad}</testcase>" for one in methods)
    reports = target / "surefire-reports"
    reports.mkdir()
    (reports / "TEST-ATest.xml").write_text(f"<testsuite name='ATest' tests='{len(methods)}'>{cases}</testsuite>")
