"""Edits of XML touch their own bytes and nothing else."""

import pytest

from patchwright.tools.recipes.java.floors import table
from patchwright.tools.recipes.java.versions import major, older
from patchwright.tools.recipes.java.xml import LARGEST, Document, NotXml, splice


def test_a_text_is_replaced_between_its_blanks_and_comments() -> None:
    document = Document(b"<a>\n  <v> <!-- was 1 --> 2\t</v>\n</a>")
    (element,) = document.root.children
    done = splice(document.data, [document.set_text(element, "3 < 4")])
    assert done == b"<a>\n  <v> <!-- was 1 --> 3 &lt; 4\t</v>\n</a>"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<a>\n\t<l>\n\t\t<x/>\n\t</l>\n</a>", b"<a>\n\t<l>\n\t\t<x/>\n\t\t<y/>\n\t</l>\n</a>"),
        (b"<a>\n  <l/>\n</a>", b"<a>\n  <l>\n    <y/>\n  </l>\n</a>"),
        (b"<a>\n  <l></l>\n</a>", b"<a>\n  <l>\n    <y/>\n  </l>\n</a>"),
        (
            b"<a>\r\n  <l>\r\n    <x/> <!-- last -->\r\n  </l>\r\n</a>",
            b"<a>\r\n  <l>\r\n    <x/> <!-- last -->\r\n    <y/>\r\n  </l>\r\n</a>",
        ),
        (b"<a><l><x/></l></a>", b"<a><l><x/>\n<y/>\n</l></a>"),
    ],
)
def test_a_new_child_comes_last_and_is_indented_like_the_others(before: bytes, after: bytes) -> None:
    document = Document(before)
    parent = next(document.root.every("l"))
    assert splice(before, [document.append(parent, ["<y/>"])]) == after


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a>",
        b"<a></b>",
        b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        "<?xml version='1.0' encoding='utf-16'?><a/>".encode("utf-16"),
        b"<?xml version='1.0' encoding='none-such'?><a/>",
        b"<a>" * 300 + b"</a>" * 300,
        b"<a>" + b" " * LARGEST + b"</a>",
    ],
)
def test_what_is_not_plain_xml_is_refused(data: bytes) -> None:
    with pytest.raises(NotXml):
        Document(data)


def test_offsets_are_bytes_also_where_characters_take_several() -> None:
    for encoding in ("utf-8", "iso-8859-1"):
        data = f"<?xml version='1.0' encoding='{encoding}'?>\n<a name='\u00fc>'>\u00e9<v>1</v></a>".encode(encoding)
        document = Document(data)
        done = splice(data, [document.set_text(document.root.children[0], "2")])
        assert done == data.replace(b"<v>1<", b"<v>2<")


@pytest.mark.parametrize(
    ("version", "floor", "expected"),
    [
        ("2.9", "2.21.0", True),
        ("3.0.0-M5", "3.0.0", True),
        ("3.0.0", "3.0.0-M5", False),
        ("1.18.22", "1.18.22", False),
        ("3.25.0-GA", "3.25.0", False),
        ("1.0-beta-2", "1.0-rc1", True),
        ("2", "2.0.0", False),
        ("", "1", True),
    ],
)
def test_versions_are_ordered_as_maven_orders_them(version: str, floor: str, expected: bool) -> None:
    assert older(version, floor) is expected


@pytest.mark.parametrize(
    ("version", "expected"), [("1.8", 8), ("8", 8), ("17", 17), ("1", 1), ("x", 0), ("11.0.2", 11)]
)
def test_a_release_is_counted_as_java_counts_it(version: str, expected: int) -> None:
    assert major(version) == expected


def test_every_row_of_the_table_raises_and_says_where_its_floor_is_known_from() -> None:
    for row in table().floor:
        assert not older(row.to, row.floor) and older(row.since, row.floor), row
        assert "://" in row.source
