"""One file out of a program's modules: what it needs is in it once, and nothing of ours is imported any more."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

from preserve.access.verifier.composing import compose

PROGRAM = "preserve.access.verifier.program"


def test_it_needs_nothing_but_the_standard_library() -> None:
    text = compose(PROGRAM)
    tree = ast.parse(text, feature_version=(3, 8))
    modules = {name.name for node in tree.body if isinstance(node, ast.Import) for name in node.names}
    modules |= {node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in modules} <= set(sys.stdlib_module_names)
    assert text == compose(PROGRAM)


def test_every_definition_stands_once_and_every_name_is_there() -> None:
    tree = ast.parse(compose(PROGRAM))
    defined = [node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    assert max(Counter(defined).values()) == 1
    assert {"verify", "main", "read_evidence", "check_manifests", "take_inventory"} <= set(defined)


def test_it_stands_as_it_was_written_with_its_documentation_first(tmp_path: Path) -> None:
    text = compose(PROGRAM)
    source = (
        Path(sys.modules["preserve.access.verifier"].__file__ or "").with_name("program.py").read_text(encoding="utf-8")
    )
    assert text.startswith(source[: source.index('"""', 30) + 3])
    assert text.endswith(source[source.index("def main()") :])
    # Before anything is imported from the folder in which it lies, that folder is no longer searched.
    lines = text.split("\n")
    assert lines.index("    del sys.path[0]") < min(
        number for number, line in enumerate(lines) if line == "import json"
    )
    path = tmp_path / "verify.py"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "json.py").write_text("raise SystemExit(99)")
    done = subprocess.run([sys.executable, str(path), str(tmp_path / "none")], capture_output=True, check=False)
    assert done.returncode == 2, done.stderr
