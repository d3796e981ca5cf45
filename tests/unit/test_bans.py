"""What only some rooms may do: build queries, open the catalogue, write segments. The lists of exceptions only shrink."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import preserve

SOURCE = Path(preserve.__file__).parent
DATA = "data_management/"

OPENS = {
    "access/dip/deriving.py": "a process of its own, for each recording",
    "administration/founding.py": "of an archive that has no session yet",
    "administration/health.py": "of an archive that may be damaged",
    "administration/restoring_archive.py": "of an archive that is being made",
    "services/ledger.py": "to prove what an altered catalogue says",
    "services/operation.py": "of an archive that may be damaged",
    "services/preparation.py": "to judge a deposit by the rules in force, where the catalogue can be read",
}
"""Who opens a catalogue outside data management, and why."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the application by its path, but for the migrations, which are as old as they are."""
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if not name.startswith((DATA + "migrations/", "_profiles/")):
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.Module) -> Iterator[str]:
    """The last name of everything that is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            yield called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def test_queries_are_built_in_data_management_alone() -> None:
    wrong = []
    for name, tree in modules():
        if name.startswith(DATA):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "sqlalchemy":
                imported = {alias.name for alias in node.names}
                if node.module != "sqlalchemy" or imported != {"Connection"}:
                    wrong.append(f"{name}:{node.lineno} imports {', '.join(sorted(imported))} of {node.module}")
            elif isinstance(node, ast.Import) and any(one.name.startswith("sqlalchemy") for one in node.names):
                wrong.append(f"{name}:{node.lineno} imports sqlalchemy")
            elif isinstance(node, ast.Attribute) and node.attr in ("execute", "exec_driver_sql"):
                wrong.append(f"{name}:{node.lineno} executes a statement")
    assert wrong == []


def test_entries_are_read_by_the_ledger_alone() -> None:
    """`Entry` has time, actor, action, subject and details: its text is nobody else's to parse, but for who proves it."""
    wrong = []
    for name, tree in modules():
        if name in (DATA + "ledger.py", DATA + "proof/verify_ledger.py"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node) in ("json.loads(entry.text)", "json.loads(one.text)"):
                wrong.append(f"{name}:{node.lineno}")
    assert wrong == []


def test_segments_are_written_by_one_function() -> None:
    callers = {name for name, tree in modules() if "write_segments" in calls(tree)}
    assert callers == {DATA + "sealing.py"}


def test_checkpoints_are_signed_by_one_module() -> None:
    callers = {name for name, tree in modules() if any(_signs(node) for node in ast.walk(tree))}
    assert callers == {DATA + "sealing.py"}


def _signs(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "checkpoints.checkpoint"


def test_catalogues_are_opened_by_few() -> None:
    callers = {name for name, tree in modules() if "open_catalogue" in calls(tree)}
    assert {name for name in callers if not name.startswith(DATA)} == OPENS.keys()


def test_permission_and_refusals_belong_to_the_operation() -> None:
    """A proceeding's steps name their duties in a declared table; beside it nobody else asks or records."""
    askers, recorders = set(), set()
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "preserve.administration.people":
                names = {alias.name for alias in node.names}
                askers |= {name} if names & {"require", "require_any", "require_of"} else set()
                recorders |= {name} if "note_refusal" in names else set()
    # Which papers are asked for is known only within the operation: of the internal volume it is asked there. And
    # the duty that the files of a job take is that of what the job did, which its row says.
    within = {"services/inner_volume.py", "services/jobs.py"}
    assert askers == {"services/operation.py", "administration/proceedings/__init__.py"} | within
    assert recorders == {"services/operation.py"}


def test_a_connection_is_not_made_to_stream_for_good() -> None:
    """`yield_per` belongs to one statement: set on a connection it stays, and PostgreSQL then opens a cursor for an INSERT."""
    wrong = [
        path.name
        for path in Path(preserve.__file__).parent.rglob("*.py")
        if re.search(r"(?:connection|source|old|new)\.execution_options\(yield_per", path.read_text(encoding="utf-8"))
    ]
    assert wrong == []
