"""Definitions and uses in every language, read as a worker reads them."""

from functools import lru_cache
from typing import Any

import pytest

from patchwright.tools.knowledge.languages import LANGUAGES, language_of
from patchwright.tools.knowledge.tags import Tags, tags, words

PYTHON = b'''"""A module."""
import os
from shapes import Base as B, Other

LIMIT = 3


# The first line above.
# The second.
@decorated(LIMIT)
class Circle(B, mixins.Round):
    """A round thing.

    More.
    """

    radius = 1

    def area(
        self,  # of it
        *,
        exact: Precision = None,
    ) -> float:
        # a comment, not a signature
        return self.compute(pi)

    async def getItem(self):
        def inner(): ...
        return inner()
'''

JAVASCRIPT = b"""import {helper} from './h';
export const LIMIT = 3;
/** Adds numbers. */
export function add(a, b) { return helper(a); }
const mul = (a, b) => { return a * b; };
class Box extends Shape { #secret() {} open(key) { return new Lock(key); } }
exports.close = function () { obj.shut(); };
const table = { render: () => <Widget/> };
"""

TYPESCRIPT = b"""interface Shape { area(): number; }
type Id = string;
enum Color { Red }
abstract class Base<T> implements Shape { abstract area(): number; constructor(private id: Id) {} }
export const make = async (x: Shape): Promise<Id> => { return build(x); };
namespace Inner { export function f(): void {} }
"""

JAVA = b"""package x;
/** Keeps things. */
public class Store<T> extends Base implements Closeable {
    @Override
    public void close() throws IOException { helper(new Thing()); }
    Store(int a) { }
    interface Inner { int size(); }
    enum Kind { A }
    record Pair(int a, int b) { }
}
"""

GO = b"""package main
// Limit is a limit.
const Limit = 3
var (
  a = 1
)
type Store struct { n int }
type Alias = Store
// Close ends it.
func (s *Store) Close() error { return s.inner.end(Limit) }
func New[T any](n int) *Store { return helper(n) }
"""

RUST = b"""const LIMIT: u32 = 3;
/// Keeps things.
pub struct Store<T> { n: T }
enum Kind { A }
trait Close { fn close(&self); }
impl<T> Close for Store<T> { fn close(&self) { self.n.end(); helper::<T>(); } }
mod inner { pub fn f() -> Kind { Kind::make() } }
macro_rules! shout { () => {}; }
"""

C = b"""#define LIMIT 3
typedef struct node { int n; } node_t;
enum color { RED };
/* Adds. */
static int add(int a, node_t *b) { return helper(a); }
char *name(void) { return b->get(); }
int declared(int);
"""

CPP = b"""namespace geo {
class Shape : public Base { public: virtual int area() const; ~Shape() {} int &ref() { return x; } };
template <typename T> T make(T a) { return std::move(a); }
}
int geo::Shape::area() const { return helper<int>(n->size()); }
using Id = int;
"""


@lru_cache
def _parser(language: str) -> Any:
    return LANGUAGES[language].parser()


def read(language: str, text: bytes) -> Tags:
    return tags(text, *_parser(language))


@pytest.mark.parametrize(
    ("language", "text", "defined", "used"),
    [
        (
            "python",
            PYTHON,
            "LIMIT Circle Circle.area Circle.getItem Circle.getItem.inner",
            "B Base Other Round compute",
        ),
        (
            "javascript",
            JAVASCRIPT,
            "LIMIT add mul Box Box.#secret Box.open close table table.render",
            "helper Shape Lock shut Widget",
        ),
        (
            "typescript",
            TYPESCRIPT,
            "Shape Shape.area Id Color Base Base.area Base.constructor make Inner Inner.f",
            "Shape Id build Promise",
        ),
        ("tsx", b"const A = () => <Item/>;", "A", "Item"),
        (
            "java",
            JAVA,
            "Store Store.close Store.Store Store.Inner Store.Inner.size Store.Kind Store.Pair",
            "Base Closeable Override helper Thing IOException",
        ),
        ("go", GO, "Limit a Store Alias Close New", "end helper Store"),
        (
            "rust",
            RUST,
            "LIMIT Store Kind Close Close.close Store Store.close inner inner.f shout",
            "end helper make Kind",
        ),
        ("c", C, "LIMIT node_t node_t.node color add name declared", "helper get node_t"),
        (
            "cpp",
            CPP,
            "geo geo.Shape geo.Shape.area geo.Shape.~Shape geo.Shape.ref geo.make area Id",
            "helper size move Base",
        ),
    ],
)
def test_a_language_tells_what_it_defines_and_uses(language: str, text: bytes, defined: str, used: str) -> None:
    found = read(language, text)
    assert [f"{one.parent}.{one.name}".lstrip(".") for one in found.definitions] == defined.split()
    assert set(used.split()) <= set(found.references)


def test_every_language_has_a_case_above_and_a_suffix() -> None:
    suffixes = ["py", "java", "js", "ts", "tsx", "go", "rs", "c", "cc"]
    assert {language_of(f"src/a.{suffix}") for suffix in suffixes} == set(LANGUAGES)


@pytest.mark.parametrize(
    "path", ["a.md", "Makefile", "lib/jquery.min.js", "types.d.ts", "node_modules/a/b.js", "vendor/a.go"]
)
def test_other_files_and_foreign_copies_have_no_language(path: str) -> None:
    assert language_of(path) == ""


def test_a_definition_has_its_lines_its_signature_and_its_first_words() -> None:
    circle, area = read("python", PYTHON).definitions[1:3]
    assert (circle.line, circle.end, circle.signature) == (11, 29, "class Circle(B, mixins.Round)")
    assert circle.doc == "A round thing."
    assert area.signature == "def area(self, *, exact: Precision = None) -> float"
    assert [one.doc for one in read("go", GO).definitions if one.doc] == ["Limit is a limit.", "Close ends it."]
    assert [one.doc for one in read("java", JAVA).definitions if one.doc] == ["Keeps things."]


def test_each_word_of_a_file_belongs_to_the_innermost_definition_around_it() -> None:
    found = read("python", PYTHON)
    texts = dict(zip([*(one.name for one in found.definitions), ""], found.words, strict=True))
    assert "The first line above" in texts["Circle"] and "radius" in texts["Circle"]
    assert "compute" in texts["area"] and "compute" not in texts["Circle"]
    assert "A module" in texts[""] and "Circle" not in texts[""]


def test_joined_names_come_apart_for_the_search() -> None:
    assert words("getItem HTTPServer snake_case X1Y") == "get Item HTTP Server snake_case X1 Y"


def test_bytes_that_are_no_text_and_broken_code_are_read_as_far_as_they_go() -> None:
    found = read("python", b"def ok(): pass\n\xff\xfe def (((\nclass Half")
    assert [one.name for one in found.definitions] == ["ok"]


@pytest.mark.parametrize("text", [b"", b"\0" * 1000, b"\n" * 1000])
def test_files_without_anything_define_nothing(text: bytes) -> None:
    assert read("c", text).definitions == ()
