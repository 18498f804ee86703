"""Tree-sitter queries, one per language: `def` holds one `name`; `ref` is a name that is used."""
