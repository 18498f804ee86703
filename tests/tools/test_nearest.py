"""The lines that a model may have meant."""

import time

from patchwright.tools.nearest import nearest


def test_nothing_alike_gives_nothing() -> None:
    assert nearest("one\ntwo\n", "completely different words here") is None
    assert nearest("", "x") is None
    assert nearest("x\n", "\n\n") is None


def test_the_most_similar_lines_win() -> None:
    text = "def load(path):\n    return open(path)\n\ndef save(path, data):\n    open(path).write(data)\n"
    found = nearest(text, "def save(path, data):\n    with open(path) as file:")
    assert found is not None
    assert (found.start, found.kind) == (4, "similar")


def test_white_space_is_told_apart_from_other_differences() -> None:
    found = nearest("if x:\n\ty( 1 )\n", "\nif x:\n    y(1)\n")
    assert found is not None
    assert (found.start, found.lines, found.kind) == (1, ("if x:", "\ty( 1 )"), "space")


def test_old_text_longer_than_the_file_is_compared_with_all_of_it() -> None:
    found = nearest("alpha beta\ngamma", "alpha beta\ngamma\ndelta")
    assert found is not None
    assert found.start == 1


def test_a_large_file_is_compared_in_a_second() -> None:
    text = "\n".join(f"value_{number} = compute({number}, other, more)" for number in range(20_000))
    began = time.perf_counter()
    found = nearest(text, "\n".join(f"value_{number} = compute({number}, other, less)" for number in range(700, 720)))
    assert found is not None
    assert found.start == 701
    assert time.perf_counter() - began < 3
