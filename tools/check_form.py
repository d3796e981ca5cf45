"""Check the form of the code: sizes, tests by name, and calls that belong in one place; `--update` lowers exceptions.

Functions have at most 60 lines and 7 parameters, files at most 300 lines; a module of more than 80 lines has a test of
its name; no comment switches the formatter off; and each of BANS stands only where it may. What is over these limits
is named in tools/form_exceptions.txt with its figure. That file only shrinks: an exception whose figure is exceeded is
an error, and so is one that is higher than needed or needed no longer.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
EXCEPTIONS = Path(__file__).with_name("form_exceptions.txt")
PROGRAM = ("preserve", "metadata", "storage_adapters")
OTHERS = ("tests", "tools", "demo", "benchmarks")  # held to the formatter only
HISTORY = "preserve/data_management/migrations/versions/"  # a migration that ran is never changed

FUNCTION_LINES = 60
PARAMETERS = 7
FILE_LINES = 300
UNTESTED_LINES = 80

Key = tuple[str, str]
"""Kind and place: a path, or a path and the qualified name of a function."""


@dataclass(frozen=True, slots=True)
class Ban:
    """Something that may stand only at or below certain paths; `count` says how often it stands in a module."""

    name: str
    why: str
    allowed: tuple[str, ...]
    count: Callable[[ast.Module], int]


def calls_of(function: str) -> Callable[[ast.Module], int]:
    """How often a module calls a function of this name, however it was imported."""

    def count(module: ast.Module) -> int:
        called = [node.func for node in ast.walk(module) if isinstance(node, ast.Call)]
        names = [node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "") for node in called]
        return names.count(function)

    return count


def literals_among(words: frozenset[str], *, keyword: str) -> Callable[[ast.Module], int]:
    """How often one of these words is compared, matched, typed as a Literal, or passed as the keyword."""

    def count(module: ast.Module) -> int:
        places: set[ast.expr] = set()
        for node in ast.walk(module):
            if isinstance(node, ast.Compare):
                for side in (node.left, *node.comparators):
                    places.update(side.elts if isinstance(side, ast.Tuple | ast.List | ast.Set) else [side])
            elif isinstance(node, ast.MatchValue) or (isinstance(node, ast.keyword) and node.arg == keyword):
                places.add(node.value)
            elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
                places.update(node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice])
        return sum(isinstance(place, ast.Constant) and place.value in words for place in places)

    return count


BANS = (
    Ban(
        "medium-kind",
        "ask the traits of the medium: only opening.py knows kinds by name",
        ("preserve/archival_storage/opening.py", "storage_adapters/"),
        literals_among(frozenset({"directory", "drive", "optical", "s3"}), keyword="kind"),
    ),
    Ban(
        "open-catalogue",
        "the session's archive has the catalogue open",
        ("preserve/services/", "preserve/data_management/"),
        calls_of("open_catalogue"),
    ),
    Ban(
        "export-segments",
        "sealing the ledger writes its segments",
        ("preserve/data_management/",),
        calls_of("export_segments"),
    ),
)


WHY = {
    "function-lines": f"a function has at most {FUNCTION_LINES} lines",
    "parameters": f"a function has at most {PARAMETERS} parameters: make the others a frozen dataclass",
    "file-lines": f"a file has at most {FILE_LINES} lines",
    "untested": f"a module of more than {UNTESTED_LINES} lines has a tests/**/test_<its name>.py",
    "formatter-off": "the formatter decides the form",
}


def functions_of(node: ast.AST, within: tuple[str, ...] = ()) -> Iterator[tuple[str, int, int]]:
    """Every function below a node: its qualified name, its lines from `def` to its end, its parameters without self."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            name = (*within, child.name)
            yield ".".join(name), (child.end_lineno or child.lineno) - child.lineno + 1, _parameters(child.args)
            yield from functions_of(child, name)
        elif isinstance(child, ast.ClassDef):
            yield from functions_of(child, (*within, child.name))
        else:
            yield from functions_of(child, within)


def _parameters(arguments: ast.arguments) -> int:
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    gathered = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    bound = bool(named) and named[0].arg in ("self", "cls")
    return len(named) + len(gathered) - bound


def form_of(path: str, text: str, tested: set[str]) -> Iterator[tuple[Key, int]]:
    """What is over the limits in one module of the program. `tested`: the names of modules that have a test."""
    if path.startswith(HISTORY):
        return
    module = ast.parse(text)
    for name, lines, parameters in functions_of(module):
        if lines > FUNCTION_LINES:
            yield ("function-lines", f"{path}:{name}"), lines
        if parameters > PARAMETERS:
            yield ("parameters", f"{path}:{name}"), parameters
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield ("file-lines", path), lines
    if lines > UNTESTED_LINES and _name_of(path) not in tested:
        yield ("untested", path), 1
    for ban in BANS:
        if not path.startswith(ban.allowed) and (count := ban.count(module)):
            yield (ban.name, path), count


def switches_of_the_formatter(text: str) -> int:
    """How many comments switch the formatter off."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return sum(token.type == tokenize.COMMENT and bool(_SWITCH.search(token.string)) for token in tokens)


_SWITCH = re.compile(r"#\s*(?:fmt|yapf)\s*:\s*(?:skip|off|disable)")


def _name_of(path: str) -> str:
    module = Path(path)
    return module.parent.name if module.stem == "__init__" else module.stem


def over_the_limits(root: Path) -> dict[Key, int]:
    """Everything over the limits below `root`."""
    tested = {path.stem.removeprefix("test_") for path in (root / "tests").rglob("test_*.py")}
    figures: dict[Key, int] = {}
    for folder in (*PROGRAM, *OTHERS):
        for file in sorted((root / folder).rglob("*.py")):
            path, text = file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")
            if switches := switches_of_the_formatter(text):
                figures["formatter-off", path] = switches
            if folder in PROGRAM:
                figures.update(form_of(path, text, tested))
    return figures


def read_exceptions(text: str) -> dict[Key, int]:
    """The exceptions of the file. Raises ValueError for a line that is none, or that stands there twice."""
    exceptions: dict[Key, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split()
        if len(words) != 3 or not words[2].isdecimal():
            raise ValueError(f"line {number}: not «kind place figure»: {line}")
        key = (words[0], words[1])
        if key in exceptions:
            raise ValueError(f"line {number}: a second time: {line}")
        exceptions[key] = int(words[2])
    return exceptions


def write_exceptions(exceptions: dict[Key, int]) -> str:
    """The file for these exceptions."""
    totals = Counter(kind for kind, _ in exceptions)
    head = [
        "# What tools/check_form.py lets pass for now: kind, place, figure. It only shrinks (`--update` lowers it).",
        *(f"# {kind}: {total}" for kind, total in sorted(totals.items())),
    ]
    return (
        "\n".join([*head, *(f"{kind} {place} {figure}" for (kind, place), figure in sorted(exceptions.items()))]) + "\n"
    )


def lowered(exceptions: dict[Key, int], figures: dict[Key, int]) -> dict[Key, int]:
    """The exceptions that are still needed, none higher than it was."""
    return {key: min(figure, figures[key]) for key, figure in exceptions.items() if key in figures}


def errors(exceptions: dict[Key, int], figures: dict[Key, int]) -> list[str]:
    """A sentence for each place that is over its limit, and for each exception that could be lower or is not needed."""
    why = WHY | {ban.name: ban.why for ban in BANS}
    sentences = []
    for key in sorted(exceptions.keys() | figures.keys()):
        kind, place = key
        limit, figure = exceptions.get(key, 0), figures.get(key, 0)
        if figure > limit:
            above = f", and the exception is for {limit}" if limit else ""
            sentences.append(f"{place}: {kind} {figure}{above}: {why[kind]}")
        elif not figure:
            sentences.append(f"{EXCEPTIONS.name}: {kind} {place}: no longer needed, take it out")
        elif figure < limit:
            sentences.append(f"{EXCEPTIONS.name}: {kind} {place}: could be {figure} instead of {limit}")
    return sentences


def main(arguments: list[str] | None = None) -> int:
    """Print the errors; the exit status says whether there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true", help="write the exceptions anew where they can be lowered")
    update = parser.parse_args(arguments).update
    figures = over_the_limits(ROOT)
    exceptions = read_exceptions(EXCEPTIONS.read_text(encoding="utf-8")) if EXCEPTIONS.exists() else None
    if update:
        exceptions = figures if exceptions is None else lowered(exceptions, figures)
        EXCEPTIONS.write_text(write_exceptions(exceptions), encoding="utf-8")
    sentences = errors(exceptions or {}, figures)
    for sentence in sentences:
        print(sentence)
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
