"""Which grammar reads a file, by its name."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tree_sitter
    from tree_sitter import Parser, Query

_FOREIGN = frozenset({"node_modules", "bower_components", "site-packages", "vendor", "third_party"})


@dataclass(frozen=True, slots=True)
class Language:
    """A grammar: the module that holds it, the function that gives it, and the queries that read its trees."""

    name: str
    module: str
    function: str = "language"
    queries: tuple[str, ...] = ()

    def parser(self) -> "tuple[Parser, Query]":
        """A parser and the query for its trees; takes a moment to load."""
        import tree_sitter

        grammar = self.grammar()
        return tree_sitter.Parser(grammar), tree_sitter.Query(grammar, self.query())

    def grammar(self) -> "tree_sitter.Language":
        """What its files are parsed by."""
        import tree_sitter

        capsule: object = getattr(import_module(self.module), self.function)()
        return tree_sitter.Language(capsule)

    def query(self) -> str:
        """The text of its queries."""
        folder = files("patchwright.tools.knowledge.queries")
        return "\n".join(folder.joinpath(f"{name}.scm").read_text("utf-8") for name in self.queries or (self.name,))


_ALL = (
    Language("python", "tree_sitter_python"),
    Language("java", "tree_sitter_java"),
    Language("javascript", "tree_sitter_javascript", queries=("javascript", "jsx")),
    Language("typescript", "tree_sitter_typescript", "language_typescript"),
    Language("tsx", "tree_sitter_typescript", "language_tsx", ("typescript", "jsx")),
    Language("go", "tree_sitter_go"),
    Language("rust", "tree_sitter_rust"),
    Language("c", "tree_sitter_c"),
    Language("cpp", "tree_sitter_cpp"),
)
LANGUAGES: Mapping[str, Language] = MappingProxyType({language.name: language for language in _ALL})

_SUFFIXES = {
    "python": ".py .pyi",
    "java": ".java",
    "javascript": ".js .mjs .cjs .jsx",
    "typescript": ".ts .mts .cts",
    "tsx": ".tsx",
    "go": ".go",
    "rust": ".rs",
    "c": ".c",
    "cpp": ".cc .cpp .cxx .h .hh .hpp .hxx",
}
_BY_SUFFIX = {suffix: name for name, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}


def language_of(path: str) -> str:
    """The name of the language of a source file; "" for other files, and for copies of foreign or minified code."""
    folder, _, name = path.rpartition("/")
    if name.endswith((".min.js", ".d.ts")) or not _FOREIGN.isdisjoint(folder.split("/")):
        return ""
    return _BY_SUFFIX.get(name[name.rfind(".") :], "") if "." in name[1:] else ""
