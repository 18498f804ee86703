"""A project for Python 2 and 3 with a compatibility module gets the guarded import once, in that module."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patchwright.tools.recipes.catalogue import by_name
from patchwright.tools.recipes.code import Overlay
from tests.tools.recipes.test_recipes import Files

SETUP = b"classifiers = ['Programming Language :: Python :: 2.7', 'Programming Language :: Python :: 3.3']\n"
BRANCH = (
    b"import sys\n\nPY3 = sys.version_info[0] == 3\n\nif PY3:\n    from urllib.parse import quote\nelse:\n"
    b"    from urllib import quote\n"
)
FLAG = b"import sys\n\nPY2 = sys.version_info[0] == 2\n\nif PY2:\n    text = unicode\nelse:\n    text = str\n"
OLD = b"from collections import Mapping\nfrom a.compat import quote\n"
GUARDED = (
    b"try:\n    from collections.abc import Mapping\nexcept ImportError:\n    from collections import Mapping\n"
    b"from a.compat import quote\n"
)
ABC = "python.collections-abc"


def project(files: Mapping[str, bytes]) -> Files:
    return Files({"setup.py": SETUP, "a/__init__.py": b"", "a/compat.py": BRANCH, **files})


def changes(tree: Files, recipe: str = ABC) -> Mapping[str, bytes | None]:
    found = by_name(recipe, (3, 14))
    assert found is not None
    done = found.apply(tree).changes
    assert found.apply(Overlay(tree, done)).changes == {}
    return done


def test_each_old_import_becomes_one_line_and_the_branch_of_the_compat_module_gets_one_line_a_side() -> None:
    done = changes(
        project(
            {
                "a/m.py": OLD,
                "a/n.py": b"import collections\nfrom a.compat import quote\n\nclass N(collections.MutableMapping):\n    pass\n",
                "tests/test_m.py": b"from a.compat import quote\n",
                "tests/test_n.py": b"def test():\n    import collections\n    assert collections.Mapping\n",
            }
        )
    )
    assert done == {
        "a/m.py": b"from a.compat import Mapping\nfrom a.compat import quote\n",
        "a/n.py": b"from a.compat import MutableMapping\nfrom a.compat import quote\n\nclass N(MutableMapping):\n    pass\n",
        "tests/test_n.py": b"def test():\n    from a.compat import Mapping\n    assert Mapping\n",
        "a/compat.py": b"import sys\n\nPY3 = sys.version_info[0] == 3\n\nif PY3:\n"
        b"    from collections.abc import Mapping, MutableMapping\n    from urllib.parse import quote\nelse:\n"
        b"    from collections import Mapping, MutableMapping\n    from urllib import quote\n",
    }


def test_what_comes_out_runs(tmp_path: Path) -> None:
    tree = project({"a/m.py": b"from collections import Mapping as M, OrderedDict\nfrom .compat import quote\n"})
    for path, data in {**tree.files, **changes(tree)}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data or b"")
    code = "import a.m, collections.abc; assert a.m.M is collections.abc.Mapping and a.m.OrderedDict"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, timeout=60)


def test_the_module_is_called_as_the_file_and_its_neighbours_call_it() -> None:
    done = changes(project({"a/m.py": b"from collections import Mapping\n", "a/n.py": b"from .compat import quote\n"}))
    assert done["a/m.py"] == b"from .compat import Mapping\n"


def test_without_a_neighbour_that_uses_the_module_the_import_is_guarded_where_it_is() -> None:
    done = changes(project({"tools/m.py": b"from collections import Mapping\n"}))
    assert list(done) == ["tools/m.py"]
    assert done["tools/m.py"] == GUARDED.removesuffix(b"from a.compat import quote\n")


@pytest.mark.parametrize(
    "compat",
    [
        BRANCH + b"from a.m import x\n",
        BRANCH + b"from . import other\n",
        BRANCH + b"def late():\n    import a.other\n",
    ],
)
def test_no_circle_of_imports_is_closed(compat: bytes) -> None:
    """Directly, through another module, or late: the file that the module imports keeps its own guard."""
    done = changes(project({"a/compat.py": compat, "a/m.py": OLD, "a/other.py": b"import a.m\n"}))
    assert done == {"a/m.py": GUARDED}


def test_a_package_may_take_names_from_its_own_module() -> None:
    done = changes(project({"a/__init__.py": OLD}))
    assert done["a/__init__.py"] == b"from a.compat import Mapping\nfrom a.compat import quote\n"


def test_a_module_without_a_branch_of_imports_is_worth_it_from_the_second_file_on() -> None:
    files = {"a/compat.py": FLAG, "a/m.py": OLD.replace(b"quote", b"text")}
    assert list(changes(project(files))) == ["a/m.py"]
    done = changes(project({**files, "a/n.py": b"from collections import Mapping as M\n"}))
    assert done["a/n.py"] == b"from a.compat import Mapping as M\n"
    guard = GUARDED.removesuffix(b"from a.compat import quote\n")
    assert done["a/compat.py"] == FLAG.replace(b"import sys\n", b"import sys\n" + guard)


def test_a_name_that_the_module_has_already_is_just_taken() -> None:
    guarded = GUARDED.removesuffix(b"from a.compat import quote\n")
    done = changes(project({"a/compat.py": guarded + BRANCH, "a/m.py": OLD}))
    assert done == {"a/m.py": b"from a.compat import Mapping\nfrom a.compat import quote\n"}


@pytest.mark.parametrize(
    "other", [b"Mapping = dict\n", b"from typing import Mapping\n", b"class Mapping(dict): pass\n"]
)
def test_a_name_that_means_something_else_there_is_not_taken(other: bytes) -> None:
    assert changes(project({"a/compat.py": BRANCH + other, "a/m.py": OLD})) == {"a/m.py": GUARDED}


def test_the_module_itself_keeps_its_guard_and_gives_it_to_others() -> None:
    done = changes(project({"a/compat.py": b"from collections import Mapping\n" + BRANCH, "a/m.py": OLD}))
    assert done["a/compat.py"] == GUARDED.removesuffix(b"from a.compat import quote\n") + BRANCH
    assert done["a/m.py"] == b"from a.compat import Mapping\nfrom a.compat import quote\n"


def test_a_branch_that_an_older_claimed_python_takes_is_no_place_for_a_newer_name() -> None:
    old = b"from fractions import gcd\nfrom a.compat import quote\n"
    files = {"a/m.py": old, "a/n.py": old}
    both = b"try:\n    from math import gcd\nexcept ImportError:\n    from fractions import gcd\n"
    done = changes(project(files), "python.fractions-gcd")
    assert done["a/compat.py"] == BRANCH.replace(b"import sys\n", b"import sys\n" + both)
    newer = {"setup.py": SETUP.replace(b"3.3", b"3.5")}
    done = changes(project({**files, **newer}), "python.fractions-gcd")
    assert b"    from math import gcd\n    from urllib.parse import quote\n" in (done["a/compat.py"] or b"")


def test_a_project_for_python_3_alone_is_not_sent_to_its_module() -> None:
    done = changes(project({"setup.py": b"", "a/m.py": OLD}))
    assert done == {"a/m.py": OLD.replace(b"collections", b"collections.abc")}


def test_the_modules_line_ends_and_indents_are_kept() -> None:
    compat = BRANCH.replace(b"    ", b"\t").replace(b"\n", b"\r\n")
    done = changes(project({"a/compat.py": compat, "a/m.py": OLD}))
    added = (done["a/compat.py"] or b"").replace(b"\tfrom collections.abc import Mapping\r\n", b"")
    assert added.replace(b"\tfrom collections import Mapping\r\n", b"") == compat


@given(data=st.binary(max_size=30), at=st.integers(0, len(BRANCH)), cut=st.integers(0, 40))
@settings(max_examples=150, deadline=None)
def test_no_compat_module_makes_a_recipe_raise(data: bytes, at: int, cut: int) -> None:
    compat = BRANCH[:at] + data + BRANCH[at + cut :]
    assert changes(project({"a/compat.py": compat, "a/m.py": OLD}))["a/m.py"] != OLD
