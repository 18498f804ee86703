"""Figures against known values, comparisons that claim no more than they may, and a page that nothing can break out of."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from patchwright.agent.run import RunVerdict, Usage
from patchwright.evals.comparing import compare
from patchwright.evals.markdown import comparison_markdown, report_markdown
from patchwright.evals.page import write_page
from patchwright.evals.rows import Row, read_rows
from patchwright.evals.stats import bootstrap, mcnemar, pass_at_k, wilson
from patchwright.evals.summary import ranked, summarize

EVIL = "</script><script>alert(1)</script>|<img src=x onerror=alert(1)>\x1b[31m`@all"


def row(name: str, setup: str = "a", *, resolved: bool = False, attempt: int = 1, **more: object) -> Row:
    fields = {"setup": setup, "instance_id": name, "attempt": attempt, "resolved": resolved, "repo": "o/r"}
    failure = "" if resolved else "tests fail"
    return Row.model_validate({**fields, "failure": failure, "verdict": "verified", "outcome": "patch", **more})


def test_the_statistics_give_the_values_of_the_textbooks() -> None:
    assert wilson(7, 10) == pytest.approx((0.3968, 0.8922), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)
    assert mcnemar(1, 8) == pytest.approx(0.0390625)
    assert mcnemar(0, 0) == 1.0
    assert pass_at_k(10, 3, 1) == pytest.approx(0.3)
    assert pass_at_k(5, 2, 2) == pytest.approx(0.7)
    low, high = bootstrap([1.0] * 5 + [0.0] * 45)
    assert (low, high) == bootstrap([1.0] * 5 + [0.0] * 45) and 0 < low < 0.1 < high < 0.25


def test_what_the_place_spoiled_counts_for_nobody() -> None:
    rows = [row("x", resolved=True), row("y"), row("z", failure="infrastructure", verdict="none")]
    (found,) = summarize(rows)
    assert (found.resolved.count, found.resolved.of, found.infrastructure) == (1, 2, 1)


def test_false_success_is_counted_of_what_was_claimed_and_false_failure_of_the_rest() -> None:
    none: RunVerdict = "none"
    rows = [
        row("right", resolved=True),
        row("wrong"),
        row("modest", resolved=True, verdict="unverified"),
        row("silent", outcome="gave_up", verdict=none, failure="gave up"),
        row("nothing", outcome="no_change_needed", verdict=none, failure="wrong outcome"),
    ]
    (found,) = summarize(rows)
    assert (found.false_success.count, found.false_success.of) == (2, 3)
    assert (found.false_failure.count, found.false_failure.of) == (1, 2)


def test_pass_at_k_is_averaged_over_instances_and_the_first_attempt_is_what_counts_as_resolved() -> None:
    rows = [row("x", attempt=k, resolved=k == 2) for k in (1, 2)] + [row("y", attempt=k, resolved=True) for k in (1, 2)]
    (found,) = summarize(rows)
    assert found.resolved.count == 1
    assert dict(found.pass_at) == {1: 0.75, 2: 1.0}


def test_a_comparison_is_paired_and_says_chance_where_it_may_be_chance() -> None:
    names = [f"i{number}" for number in range(12)]
    rows = [row(name, "a", resolved=number < 3) for number, name in enumerate(names)]
    rows += [row(name, "b", resolved=number < 5, reason="why not") for number, name in enumerate(names)]
    found = compare(rows, "a", "b")
    assert (found.both, found.only_first, found.only_second, found.p) == (3, 0, 2, 0.5)
    words = comparison_markdown(found)
    assert "b is ahead" in words and "may be chance" in words
    sure = compare([*rows[:12], *(row(name, "b", resolved=True) for name in names)], "a", "b")
    assert sure.sure and "b resolves more" in comparison_markdown(sure)
    assert [one.setup for one in ranked(summarize(rows))] == ["b", "a"]


def test_an_attempt_of_one_configuration_alone_is_not_compared() -> None:
    with pytest.raises(ValueError, match="no instance in common"):
        compare([row("x", "a"), row("y", "b")], "a", "b")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_nothing_that_anybody_said_becomes_markup_or_script_in_the_page(tmp_path: Path) -> None:
    """OUT-01."""
    evil = row("x", reason=EVIL, patch=EVIL, repo=EVIL, language=EVIL, models=(EVIL,))
    place = tmp_path / "jobs" / "a" / "x.1"
    place.mkdir(parents=True)
    (place / "traj.json").write_text(json.dumps({"messages": [{"role": "user", "content": EVIL, "extra": {}}]}))
    rows = (evil, row("x", "b", resolved=True))
    write_page(tmp_path / "p.html", EVIL, rows, summarize(rows), [tmp_path], compare(rows, "a", "b"))
    text = (tmp_path / "p.html").read_text("utf-8")
    tags = Tags()
    tags.feed(text)
    assert [attrs.get("type") for tag, attrs in tags.seen if tag == "script"] == ["application/json", None]
    assert not [
        tag for tag, attrs in tags.seen if tag in ("img", "link", "iframe") or any(k[:2] == "on" for k in attrs)
    ]
    assert "\x1b" not in text and not [tag for tag, attrs in tags.seen if {"src", "href"} & attrs.keys()]
    data = json.loads(re.findall(r'id="data">(.*?)</script>', text, re.DOTALL)[0])
    assert data["a/x.1"]["messages"][0]["content"].startswith("</script><script>alert(1)")
    assert "default-src 'none'" in text


def test_the_words_of_others_cannot_leave_their_cell_in_markdown() -> None:
    words = report_markdown(EVIL, summarize([row("x", repo=EVIL), row("y", repo="other")]))
    assert "<script" not in words and "\x1b" not in words
    assert all(line.replace("\\|", "").count("|") in (3, 4, 12) for line in words.splitlines() if line.startswith("|"))


def test_rows_of_several_machines_are_one_evaluation_and_a_broken_one_is_named(tmp_path: Path) -> None:
    for machine, name in (("one", "x"), ("two", "y")):
        place = tmp_path / machine / "jobs" / "a" / f"{name}.1"
        place.mkdir(parents=True)
        (place / "row.json").write_text(row(name, usage=Usage(requests=3)).model_dump_json())
    broken = tmp_path / "two" / "jobs" / "a" / "z.1"
    broken.mkdir()
    (broken / "row.json").write_text("{")
    rows, bad = read_rows([tmp_path / "one", tmp_path / "two"])
    assert [one.instance_id for one in rows] == ["x", "y"] and len(bad) == 1
