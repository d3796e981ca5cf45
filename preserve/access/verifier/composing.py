"""Makes one file out of a program's modules, so that what a DIP carries is the text that is tested here.

What a module imports from `preserve` is put in its place: the definitions it names and those that these need, with
the imports from the standard library that remain.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files


@dataclass(slots=True)
class _Module:
    """A module's source: its definitions by name with the names that each uses, and where its imports come from."""

    lines: list[str]
    tree: ast.Module
    defined: dict[str, ast.stmt] = field(default_factory=dict)
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)  # module and name there, or none, by name


def compose(name: str) -> str:
    """The module `name` as a program that needs only the standard library. Raises ValueError for names that clash."""
    main = _read(name)
    taken: dict[str, tuple[str, ast.stmt]] = {}
    outside: set[tuple[str, str]] = set()
    for one in _names(main.tree):
        _take(name, one, taken, outside)
    order = {module: place for place, module in enumerate(dict.fromkeys(_before(name)))}
    # A statement that defines several names is taken once.
    nodes = {id(node): (order[module], node.lineno, module, node) for module, node in taken.values() if module != name}
    parts = [_text(_read(module), node) for _, _, module, node in sorted(nodes.values(), key=lambda part: part[:2])]
    last = max(at for at, node in enumerate(main.tree.body) if isinstance(node, (ast.Import, ast.ImportFrom)))
    # What a program does before it imports the rest is done before that here too.
    early = [_text(main, node) for node in main.tree.body[1:last] if isinstance(node, ast.If)]
    head = "\n".join(main.lines[: main.tree.body[0].end_lineno])
    rest = "\n".join(main.lines[main.tree.body[last].end_lineno or 0 :]).lstrip("\n")
    imports = [*_sorted(outside & {("sys", "")}), "", *early, "", *_sorted(outside - {("sys", "")})]
    made = [head, "", "from __future__ import annotations", "", *imports, "\n", *parts, "\n", rest]
    return "\n".join(made).rstrip("\n") + "\n"


def _sorted(outside: set[tuple[str, str]]) -> list[str]:
    """Import statements; `outside` are modules with a name that is taken from them, or none."""
    whole = sorted(f"import {module}" for module, name in outside if not name)
    parts = dict.fromkeys(sorted(module for module, name in outside if name))
    return whole + [
        f"from {module} import {', '.join(sorted(name for origin, name in outside if origin == module and name))}"
        for module in parts
    ]


@cache
def _read(name: str) -> _Module:
    package, _, stem = name.rpartition(".")
    text = files(package).joinpath(f"{stem}.py").read_text(encoding="utf-8")
    made = _Module(text.split("\n"), ast.parse(text))
    for node in made.tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            made.defined[node.name] = node
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                made.defined |= dict.fromkeys(_names(target), node)
        elif isinstance(node, ast.Import):
            made.imported |= {name.name: (name.name, "") for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
            made.imported |= {name.name: (node.module or "", name.name) for name in node.names}
    return made


def _names(node: ast.AST) -> Iterator[str]:
    """Every name in it; an import names nothing until it is used."""
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield one.id


def _take(module: str, name: str, taken: dict[str, tuple[str, ast.stmt]], outside: set[tuple[str, str]]) -> None:
    """Note where `name`, as `module` uses it, is defined, and all that it needs in turn."""
    source = _read(module)
    if name in source.imported:
        origin = source.imported[name][0]
        if origin.split(".")[0] == "preserve":
            _take(origin, name, taken, outside)
        else:
            outside.add(source.imported[name])
    elif name in source.defined:
        if name in taken:
            if taken[name][0] != module:
                raise ValueError(f"{name} stands in {module} and in {taken[name][0]}")
            return
        taken[name] = (module, source.defined[name])
        for one in _names(source.defined[name]):
            _take(module, one, taken, outside)


def _before(name: str) -> Iterator[str]:
    """The modules of preserve that `name` needs, each after those that it needs itself."""
    for origin in dict.fromkeys(origin for origin, _ in _read(name).imported.values()):
        if origin.split(".")[0] == "preserve":
            yield from _before(origin)
    yield name


def _text(module: _Module, node: ast.stmt) -> str:
    """A definition as it stands, with its decorators and the comment lines above it."""
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
    while module.lines[first - 2].startswith("#"):
        first -= 1
    apart = "\n\n" if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else ""
    return apart.join(("", "\n".join(module.lines[first - 1 : node.end_lineno]), ""))
