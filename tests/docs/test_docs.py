"""The documents say what is true: commands, statuses, ledger actions and links are held against the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from preserve import errors
from preserve.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_every_command_is_in_the_readme(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"preserve {name}" not in text] == []


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_every_exit_status_is_in_the_readme(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.PreserveError)
    ]
    assert len(kinds) >= 8
    assert [kind.__name__ for kind in kinds if f"| {kind.status} |" not in text] == []


def test_every_command_is_in_the_json_page() -> None:
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`{name}" not in text] == []


def test_the_json_page_and_the_schemas_are_those_of_the_operations() -> None:
    from tools.export_documents import FOLDER, files

    wanted = files()
    assert {path.name for path in FOLDER.iterdir()} == {path.name for path in wanted if path.parent == FOLDER}
    stale = [path.name for path, text in wanted.items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run make schemas"


def test_every_ledger_action_is_told() -> None:
    """The life of a case names every action that the source writes."""
    told = (ROOT / "docs" / "life-of-a-case.md").read_text(encoding="utf-8")
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "preserve").rglob("*.py"))
    actions = set(re.findall(r'"((?:ingest|case|archive|medium|copy)\.[a-z]+)"', source)) - {"case.json"}  # a file
    written = {
        a for a in actions if re.search(rf'(?:action=|_entry\(\s*connection,\s*|_done\(\s*|= )"{re.escape(a)}"', source)
    }
    assert {"ingest.started", "case.registered", "copy.changed"} <= written
    assert sorted(action for action in written if f"`{action}`" not in told) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_picture_is_that_of_the_tool() -> None:
    from tools.draw_path import DOCS, draw

    assert (DOCS / "path.svg").read_text(encoding="utf-8") == draw(False)
    assert (DOCS / "path.zh.svg").read_text(encoding="utf-8") == draw(True)
