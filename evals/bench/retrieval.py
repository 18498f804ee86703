"""How well a concept query finds a function: its docstring asks, the same code without docstrings answers.

python -m patchwright.evals.bench.retrieval
"""

import ast
import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from patchwright.evals.bench.figures import Figure, table
from patchwright.evals.bench.index import DJANGO
from patchwright.evals.sdist import fetch_sdist
from patchwright.sandbox.trees import FILE, Entry
from patchwright.tools.knowledge.concepts import find
from patchwright.tools.knowledge.known import Known, known

PACKAGES = ("django/http", "django/utils", "django/db/models")
"""Of 211, 830 and 2,151 definitions."""
FEWEST_WORDS = 4
MOST_QUERIES = 400
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Question:
    """The first sentence of a function's docstring, and where the function is."""

    text: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Stripped:
    """Sources in memory, as a tree."""

    files: Mapping[str, bytes]

    def entries(self) -> Sequence[Entry]:
        """All of them."""
        return [Entry(FILE, _sha(data), path, len(data)) for path, data in sorted(self.files.items())]

    def blobs(self, shas: Iterable[str]) -> Iterator[bytes]:
        """Their contents."""
        by_sha = {_sha(data): data for data in self.files.values()}
        return (by_sha[sha] for sha in shas)


def _sha(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def asked(path: str, text: str) -> tuple[list[Question], bytes]:
    """What a file's docstrings ask, and the file with each of them empty and every line in its place."""
    lines, questions = text.split("\n"), list[Question]()
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        doc = ast.get_docstring(node)
        if doc is None:
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            sentence = " ".join(doc.partition("\n\n")[0].partition(". ")[0].split())
            questions.append(Question(sentence, path, node.lineno))
        _empty(lines, node.body[0])
    telling = [one for one in questions if len(one.text.split()) >= FEWEST_WORDS]
    return telling, "\n".join(lines).encode()


def _empty(lines: list[str], doc: ast.stmt) -> None:
    """Replace a docstring's statement by an empty text; columns count bytes."""
    first, last = doc.lineno - 1, (doc.end_lineno or doc.lineno) - 1
    before = lines[first].encode()[: doc.col_offset].decode()
    after = lines[last].encode()[doc.end_col_offset or 0 :].decode()
    lines[first : last + 1] = [f'{before}""{after}', *[""] * (last - first)]


def places(index: Path, files: Mapping[str, str]) -> list[int]:
    """For each question the place of its function among the answers, from 0; `SHOWN` if it is not among them."""
    questions, stripped = list[Question](), dict[str, bytes]()
    for path, text in files.items():
        telling, stripped[path] = asked(path, text)
        questions += telling
    every = max(1, len(questions) // MOST_QUERIES)
    with known(index, Stripped(stripped), 60) as here:
        return [_place(here, one) for one in questions[::every]]


def _place(here: Known, question: Question) -> int:
    for at, hit in enumerate(find(here, question.text, SHOWN)):
        rows = here.index.definitions(hit.blob)
        if hit.number < len(rows) and (here.path(hit.blob), rows[hit.number].line) == (question.path, question.line):
            return at
    return SHOWN


def sources(root: Path, package: str) -> dict[str, str]:
    """The Python files of a package by path."""
    return {str(path.relative_to(root)): path.read_text("utf-8") for path in sorted((root / package).rglob("*.py"))}


def figures(root: Path, packages: Sequence[str] = PACKAGES) -> Iterator[Figure]:
    """The share of functions that come first, and among the first five."""
    for package in packages:
        with tempfile.TemporaryDirectory() as folder:
            found = places(Path(folder) / "index.sqlite", sources(root, package))
        asked_of = f"{len(found)} docstrings of {package} as queries"
        yield Figure(f"{package}: found first", 100 * found.count(0) / len(found), "%", None, asked_of)
        yield Figure(
            f"{package}: among the first {SHOWN}", 100 * (1 - found.count(SHOWN) / len(found)), "%", None, asked_of
        )


def report() -> str:
    """Measure; the table."""
    with tempfile.TemporaryDirectory(prefix="patchwright-bench-") as folder:
        return table("Search by concept", figures(fetch_sdist(*DJANGO, Path(folder))))


def main() -> None:
    """Measure and print the table."""
    print(report())


if __name__ == "__main__":
    main()
