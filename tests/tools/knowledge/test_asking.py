"""What is told of a repository: the map for an issue, concepts, symbols; bounded, and honest about what is left out."""

from pathlib import Path

import pytest

from patchwright.tools.knowledge import symbols
from patchwright.tools.knowledge.concepts import MOST, concept_text, fts_query
from patchwright.tools.knowledge.index import Names
from patchwright.tools.knowledge.interest import code_names, interest
from patchwright.tools.knowledge.rank import Interest, page_rank, ranked
from patchwright.tools.knowledge.repomap import budget, repo_map
from patchwright.tools.knowledge.symbols import known_text
from tests.tools.knowledge.places import Clone, clone
from tests.tools.memory_desk import MemoryDesk

FILES = {
    "shop/cart.py": b'''from shop.money import round_price


class Cart:
    """Things to buy."""

    def add_item(self, item): pass

    def total_price(self):
        """The sum of all items, rounded."""
        return round_price(sum(self.items))
''',
    "shop/money.py": b'''"""Money."""

CENTS = 100


def round_price(value):
    """Round half up to whole cents."""
    return int(value * CENTS + 0.5) / CENTS


def parse_money(text): return float(text)
''',
    "shop/store.py": b"class Store:\n    def add_item(self, item): pass\n    def open_door(self): pass\n",
    "tests/test_cart.py": b"from shop.cart import Cart\n\n\ndef test_total_price(): Cart().total_price()\n",
    "web/app.js": b"export function showCart(cart) { return cart.total; }\n",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return clone(tmp_path_factory.mktemp("shop"), FILES)


def about(here: Clone, text: str, path: str = "") -> str:
    with here.known() as known:
        return concept_text(known, text, path)


def told(here: Clone, name: str = "", words: str = "", path: str = "", files: dict[str, bytes] | None = None) -> str:
    with here.known() as known:
        return known_text(MemoryDesk(files or FILES), known, name, words, path)


def mapped(here: Clone, text: str) -> list[str]:
    with here.known() as known:
        return repo_map(known, text).split("\n")


def test_a_map_begins_with_what_the_issue_names(shop: Clone) -> None:
    lines = mapped(shop, "Rounding is wrong\n\n`Cart.total_price()` gives 0.1 too much.")
    assert lines[:2] == ["shop/cart.py:", "4 class Cart"]
    assert "9   def total_price(self)" in lines
    assert "6 def round_price(value)" in lines


def test_a_map_follows_a_traceback_to_its_file(shop: Clone) -> None:
    text = 'It fails:\n  File "/usr/lib/python3/site-packages/shop/store.py", line 3, in x'
    assert mapped(shop, text)[0] == "shop/store.py:"
    assert mapped(shop, "see shop.store.Store")[0] == "shop/store.py:"


def test_a_map_finds_files_by_what_they_are_about(shop: Clone) -> None:
    assert mapped(shop, "half cents are lost when rounding")[0] == "shop/money.py:"


def test_a_map_without_a_clue_shows_what_is_used(shop: Clone) -> None:
    assert "6 def round_price(value)" in mapped(shop, "")


def test_a_map_is_the_same_each_time(shop: Clone) -> None:
    assert mapped(shop, "cart price") == mapped(shop, "cart price")


def test_res_09_a_map_stays_in_its_budget(tmp_path: Path) -> None:
    many = {f"m{number}.py": b"def thing_%d(): pass\n" % number * 20 for number in range(40)}
    here = clone(tmp_path, many)
    text = "\n".join(mapped(here, " ".join(f"thing_{number}()" for number in range(40))))
    assert 0 < len(text) <= budget(len(many))
    assert budget(0) < budget(2000) < budget(10_000) == budget(1_000_000)


def test_pi_01_a_map_shows_control_characters_of_names(tmp_path: Path) -> None:
    here = clone(tmp_path, {"a\x1b[31m.py": "def fun(a='\u202e\x1b]0;x'): pass\n".encode()})
    text = "\n".join(mapped(here, "fun()"))
    assert text == "a\\x1b[31m.py:\n1 def fun(a='\\u202e\\x1b]0;x')"


def test_code_is_told_from_prose() -> None:
    text = "Calling `parse(x)` or FooBar makes get_item fail, and then run() too.\n```\nold = Thing\n```\nThe End"
    assert set(code_names(text)) == {"parse", "FooBar", "get_item", "run", "old", "Thing"}


def test_a_mentioned_test_counts_less_than_a_source(shop: Clone) -> None:
    with shop.known() as known:
        found = interest(known, "shop/cart.py and tests/test_cart.py").blobs
        weights = {known.path(blob): weight for blob, weight in found.items()}
    assert weights["shop/cart.py"] > weights["tests/test_cart.py"] > 0


def test_rank_flows_to_what_is_used_from_where_the_reader_is() -> None:
    names = {1: Names(["start_here"], ["step_one"]), 2: Names(["step_one"], ["step_two"]), 3: Names(["step_two"], [])}
    names |= {4: Names(["elsewhere_a"], ["elsewhere_b"]), 5: Names(["elsewhere_b"], [])}
    scores = ranked(names, Interest(blobs={1: 1.0}))
    assert scores[2, "step_one"] > scores[3, "step_two"] > 0
    assert scores.get((5, "elsewhere_b"), 0) == 0


def test_rank_is_never_more_than_what_began() -> None:
    uses = {1: [(2, "a", 1.0)], 2: [(1, "b", 2.0), (3, "c", 1.0)]}
    assert 0 < sum(page_rank(uses, {1: 0.5, 2: 0.5}).values()) <= 1


def test_a_concept_is_found_by_parts_of_names_comments_and_other_endings(shop: Clone) -> None:
    assert "shop/money.py:6-8: def round_price(value)  -- Round half up to whole cents." in about(
        shop, "rounding prices"
    )
    assert "web/app.js:1-1: function showCart(cart)" in about(shop, "show the cart", "web")
    assert "shop/" not in about(shop, "show the cart", "web")


@pytest.mark.parametrize(
    "text", ["", "the of and", "!!!", '"', "zzzz", "NEAR(", "a AND OR NOT", "words:*", "x" * 10_000]
)
def test_words_that_find_nothing_or_mean_something_to_the_engine_do_no_harm(shop: Clone, text: str) -> None:
    assert about(shop, text) == "No function or class is about these words."


def test_a_query_is_bounded() -> None:
    assert fts_query(" ".join(f"word{number}" for number in range(1000))).count(" OR ") == 31


def test_res_09_concepts_are_bounded_and_say_so(tmp_path: Path) -> None:
    here = clone(tmp_path, {"a.py": b"\n".join(b"def parse_%d(): pass" % number for number in range(100))})
    lines = about(here, "parse").split("\n")
    assert len(lines) == MOST + 1
    assert f"at most {MOST}" in lines[0]


def test_a_name_is_told_with_its_definitions_and_uses(shop: Clone) -> None:
    assert told(shop, "round_price").split("\n") == [
        "shop/money.py:6-8: def round_price(value)  -- Round half up to whole cents.",
        "Used in 2 lines of 1 files:",
        "shop/cart.py:1:from shop.money import round_price",
        "shop/cart.py:11:        return round_price(sum(self.items))",
    ]


def test_a_class_is_told_with_its_members(shop: Clone) -> None:
    text = told(shop, "Cart")
    assert "It holds 2:\n7-7   def add_item(self, item)\n9-11   def total_price(self)" in text
    assert text.index("shop/") < text.index("tests/")


@pytest.mark.parametrize("name", ["Cart.add_item", "shop.cart.Cart.add_item", "cart.Cart#add_item", "Cart::add_item"])
def test_a_qualified_name_means_one_of_several(shop: Clone, name: str) -> None:
    text = told(shop, name)
    assert "shop/cart.py:7-7" in text
    assert "shop/store.py:2-2" not in text.partition("Used in")[0]


def test_a_wrong_qualifier_shows_all_of_the_name(shop: Clone) -> None:
    assert "shop/store.py:2-2" in told(shop, "Nothing.add_item")


def test_an_unknown_name_gets_near_ones(shop: Clone) -> None:
    text = told(shop, "round_the_price")
    assert text.startswith("Nothing here defines round_the_price.\nPerhaps shop/money.py:6-8")
    assert text.endswith("No other line holds the name.")


def test_a_file_is_told_with_its_outline(shop: Clone) -> None:
    assert told(shop, path="shop/store.py") == (
        "shop/store.py: 3 definitions\n1-3 class Store\n2-2   def add_item(self, item)\n3-3   def open_door(self)"
    )
    assert told(shop, path="store.py") == "store.py is no source file of the index. Did you mean shop/store.py?"


def test_res_09_a_long_outline_shows_its_top_level(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symbols, "OUTLINE", 2)
    here = clone(tmp_path, FILES)
    assert told(here, path="shop/store.py") == (
        "shop/store.py: 3 definitions\n1-3 class Store\n(2 more: name one of these, or read the file)"
    )


def test_res_09_many_definitions_and_uses_say_what_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symbols, "DEFINITIONS", 2)
    monkeypatch.setattr(symbols, "USES", 1)
    files = {f"{name}.py": f"def run({name}): pass\nrun({name})\n".encode() for name in "abc"}
    text = told(clone(tmp_path, files), "run", files=files)
    assert "(1 more definitions: narrow with path" in text
    assert "(2 more: search with text, path or glob)" in text


def test_equal_files_are_told_once_and_counted(tmp_path: Path) -> None:
    files = {f"{name}.py": b"def run_all(): pass\n" for name in "abc"}
    here = clone(tmp_path, files)
    assert told(here, "run_all", files=files).startswith("a.py:1-1: def run_all()  (the same in 2 more files)\nUsed")


def test_a_name_of_the_model_is_no_pattern_and_no_query(shop: Clone) -> None:
    for name in (".*", "a|b", "'; DROP TABLE blob; --", "x y", "(", "%", ""):
        assert "Nothing here defines" in told(shop, name or "'")
