"""The codes of messages that the source composes: each f-string said, with the values that its place can take.

The values are read from the source where they stand there as literals: in what a loop runs over, in a constant, or at
every call of the function whose parameter fills the place. All others are declared in tests/support/words.py.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

SPEAKERS = {
    "Finding",
    "say",
    "hint",
    "known",
    "sentence",
    "done",
    "work",
    "begin",
    "PreserveError",
    "UsageError",
    "Refused",
    "NotFound",
    "Conflict",
    "NotIntact",
    "MediumProblem",
    "NotPermitted",
    "ToolMissing",
    "Stopped",
}

Values = set[str] | None
"""What an expression can be; None where the source does not tell."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Composed:
    """A composed code: its pattern with `{}` for each place, where it stands, and the values of its only place."""

    pattern: str
    where: str
    values: Values

    def codes(self, values: set[str]) -> set[str]:
        """The codes for these values."""
        return {self.pattern.replace("{}", value) for value in values}


@dataclass
class Module:
    """A module of the source."""

    path: str
    tree: ast.Module
    constants: dict[str, ast.expr] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)
    calls: list[ast.Call] = field(default_factory=list)

    @classmethod
    def read(cls, root: Path, path: Path) -> Module:
        """Parse it, and note its constants, what it imports from others, and its calls."""
        module = cls(path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        module.constants = _assigned(module.tree.body)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom):
                package = (node.module or "").replace(".", "/")
                module.imported |= {f"{package}:{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Call):
                module.calls.append(node)
        return module


@dataclass(frozen=True)
class Scope:
    """What names stand for at a place: single values, and what they can be iterated over."""

    values: Mapping[str, Values] = field(default_factory=dict)
    iterables: Mapping[str, ast.expr] = field(default_factory=dict)


def passed(root: Path, function: str, room: str) -> set[str]:
    """The literal codes that calls of a function pass as their first argument, in the modules of a room."""
    modules = [Module.read(root, path) for path in (root / room).rglob("*.py")]
    calls = [call for module in modules for call in module.calls if _called(call) == function and call.args]
    first = [call.args[0] for call in calls]
    return {node.value for node in first if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def composed(root: Path, rooms: tuple[str, ...]) -> list[Composed]:
    """Every composed code of the source."""
    modules = [Module.read(root, path) for room in rooms for path in sorted((root / room).rglob("*.py"))]
    return [code for module in modules for code in _Reader(module, modules).composed(module.tree, Scope())]


class _Reader:
    def __init__(self, module: Module, modules: list[Module]) -> None:
        self.module = module
        self.modules = modules

    def composed(self, node: ast.AST, scope: Scope) -> Iterator[Composed]:
        if isinstance(node, Function):
            scope = self._in_function(node, scope)
        elif isinstance(node, ast.For):
            scope = self._bound(node.target, node.iter, scope)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            for generator in node.generators:
                scope = self._bound(generator.target, generator.iter, scope)
        elif isinstance(node, ast.Call) and node.args and _called(node) in SPEAKERS:
            parts = _parts(node.args[0])
            if len(parts) > 1 or isinstance(parts[0], ast.FormattedValue):
                yield self._code(parts, f"{self.module.path}:{node.lineno}", scope)
        for child in ast.iter_child_nodes(node):
            yield from self.composed(child, scope)

    def _code(self, parts: list[ast.expr], where: str, scope: Scope) -> Composed:
        pattern, values = "", None
        for part in parts:
            if isinstance(part, ast.Constant):
                pattern += str(part.value)
            else:
                pattern += "{}"
                values = self._values(part.value if isinstance(part, ast.FormattedValue) else part, scope)
        return Composed(pattern, where, values if pattern.count("{}") == 1 else None)

    def _values(self, node: ast.expr, scope: Scope) -> Values:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return {node.value}
        if isinstance(node, ast.IfExp):
            return _all([self._values(node.body, scope), self._values(node.orelse, scope)])
        if isinstance(node, ast.Name):
            if node.id in scope.values:
                return scope.values[node.id]
            constant = self.module.constants.get(node.id)
            return self._values(constant, Scope()) if isinstance(constant, ast.Constant) else None
        return None

    def _in_function(self, function: Function, scope: Scope) -> Scope:
        """Its parameters are what every call gives them; its variables what is assigned to them as literals."""
        values, iterables = dict(scope.values), dict(scope.iterables)
        named = [*function.args.posonlyargs, *function.args.args]
        bound = bool(named) and named[0].arg in ("self", "cls")
        calls = list(self._calls_of(function, method=bound))
        for argument, index in zip(named[bound:], count()):
            values[argument.arg] = (
                _all([self._argument(call, argument.arg, index) for call in calls]) if calls else None
            )
        if function.args.vararg:
            first = len(named) - bound
            iterables[function.args.vararg.arg] = ast.Tuple(
                [a for call in calls for a in call.args[first:]], ast.Load()
            )
        for name, value in _assigned(list(_statements(function))).items():
            iterables[name] = value
            values[name] = self._values(value, Scope(values, iterables))
        return Scope(values, iterables)

    def _calls_of(self, function: Function, *, method: bool) -> Iterator[ast.Call]:
        here = self.module.path.removesuffix(".py").removesuffix("/__init__")
        for module in self.modules:
            if module is self.module or f"{here}:{function.name}" in module.imported:
                for call in module.calls:
                    if _called(call) == function.name and isinstance(call.func, ast.Attribute) >= method:
                        yield call

    def _argument(self, call: ast.Call, name: str, index: int) -> Values:
        for keyword in call.keywords:
            if keyword.arg == name:
                return self._values(keyword.value, Scope())
        return self._values(call.args[index], Scope()) if index < len(call.args) else None

    def _bound(self, target: ast.expr, iterated: ast.expr, scope: Scope) -> Scope:
        """What a loop binds; names that it binds to something else hide what they were."""
        elements = self._elements(iterated, scope)
        values = dict(scope.values)
        if isinstance(target, ast.Name):
            values[target.id] = None if elements is None else _all([self._values(e, scope) for e in elements])
        elif isinstance(target, ast.Tuple):
            for index, name in enumerate(target.elts):
                if isinstance(name, ast.Name):
                    values[name.id] = self._column(elements, index, scope)
        return Scope(values, scope.iterables)

    def _column(self, elements: list[ast.expr] | None, index: int, scope: Scope) -> Values:
        if elements is None or not all(isinstance(e, ast.Tuple) and index < len(e.elts) for e in elements):
            return None
        return _all([self._values(e.elts[index], scope) for e in elements if isinstance(e, ast.Tuple)])

    def _elements(self, node: ast.expr, scope: Scope) -> list[ast.expr] | None:
        if isinstance(node, ast.Name):
            known = scope.iterables.get(node.id) or self.module.constants.get(node.id)
            return None if known is None or isinstance(known, ast.Name) else self._elements(known, scope)
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            parts = [self._elements(e.value, scope) if isinstance(e, ast.Starred) else [e] for e in node.elts]
            return None if None in parts else [element for part in parts for element in part or []]
        if isinstance(node, ast.Dict):
            return None if None in node.keys else [key for key in node.keys if key is not None]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split":
            texts = self._values(node.func.value, scope)
            return None if texts is None else [ast.Constant(word) for text in texts for word in text.split()]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "items":
            inner = node.func.value
            known = self.module.constants.get(inner.id, inner) if isinstance(inner, ast.Name) else inner
            if isinstance(known, ast.Dict) and None not in known.keys:
                pairs = zip(known.keys, known.values, strict=True)
                return [ast.Tuple([key, value], ast.Load()) for key, value in pairs if key is not None]
        return None


def _parts(code: ast.expr) -> list[ast.expr]:
    """What a code is put together of: an f-string, or a sum."""
    if isinstance(code, ast.JoinedStr):
        return list(code.values)
    if isinstance(code, ast.BinOp) and isinstance(code.op, ast.Add):
        return [*_parts(code.left), *_parts(code.right)]
    return [code]


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _all(values: list[Values]) -> Values:
    return None if None in values else {value for some in values for value in some or ()}


def _statements(function: Function) -> Iterator[ast.stmt]:
    """Those of its own body, in whatever block; not those of functions in it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.stmt) and not isinstance(node, Function | ast.ClassDef):
            yield node
            waiting += ast.iter_child_nodes(node)


def _assigned(statements: list[ast.stmt]) -> dict[str, ast.expr]:
    """What is assigned to a name, once only."""
    assigned: dict[str, list[ast.expr]] = {}
    for statement in statements:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    assigned.setdefault(target.id, []).append(statement.value)
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            assigned.setdefault(statement.target.id, []).append(statement.value)
    return {name: values[0] for name, values in assigned.items() if len(values) == 1}
