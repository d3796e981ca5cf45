"""Changes of the schema that take something away say since when nothing needs it: docs/schema-changes.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import preserve.data_management
from preserve.data_management.database import READABLE_SINCE, SCHEMA

VERSIONS = Path(preserve.data_management.__file__).parent / "migrations" / "versions"
FILES = sorted(path for path in VERSIONS.glob("0*.py"))
_TAKES_AWAY = re.compile(
    r"\bop\.(drop_\w+|rename_\w+|alter_column|create_(unique|check)_constraint)\b"
    r"|\b(DROP|RENAME|ALTER COLUMN|SET NOT NULL|ADD CONSTRAINT)\b"
    r"|\bwrite_functions\b|\bCREATE (OR REPLACE )?FUNCTION\b"
    r"|nullable=False(?!.*server_default).*\badd_column|\badd_column\(.*nullable=False(?!.*server_default)"
)
_KEY = re.compile(r"\bForeignKey\b|\bREFERENCES\b")  # others could not delete any more what it leads to
_BEFORE_THE_RULE = "0020"
_FIRST = "0031"  # of the first release: nothing works beside a program of an earlier one


def told(text: str) -> str:
    """The revision since which nothing needs what a migration takes away, as it says itself."""
    found = re.search(r'^contracts = "(\d{4})"$', text, re.MULTILINE)
    return found[1] if found else ""


def wrong(name: str, text: str) -> bool:
    """Whether a migration takes something away and names no earlier migration."""
    takes_away = _TAKES_AWAY.search(text) or (name[:4] > _FIRST and _KEY.search(text))
    return bool(takes_away) and not "0000" < told(text) < name[:4]


@pytest.mark.parametrize("path", [one for one in FILES if one.name[:4] > _BEFORE_THE_RULE], ids=lambda one: one.stem)
def test_a_change_only_adds_or_says_what_it_takes_away(path: Path) -> None:
    assert not wrong(path.name, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        'op.drop_column("cases", "cause")',
        'op.execute("ALTER TABLE cases RENAME COLUMN a TO b")',
        'op.execute("DROP INDEX x")',
        'op.alter_column("cases", "title", nullable=True)',
        "postgresql_schema.write_functions(op.get_bind())",
        'op.create_table("x", sa.Column("a", sa.Text(), sa.ForeignKey("cases.objid")))',
        'op.add_column("cases", sa.Column("x", sa.Text(), nullable=False))',
        'contracts = "0033"\n\ndef upgrade(): op.drop_table("x")',
    ],
)
def test_what_takes_away_is_seen(text: str) -> None:
    assert wrong("0032_x.py", text)


@pytest.mark.parametrize(
    "text",
    [
        'op.add_column("cases", sa.Column("x", sa.Text()))',
        'op.add_column("cases", sa.Column("x", sa.Text(), nullable=False, server_default=""))',
        'op.create_table("x", sa.Column("a", sa.Text(), nullable=False))',
        'contracts = "0021"\n\n\ndef upgrade(): op.drop_column("cases", "cause")',
    ],
)
def test_what_adds_is_let_be(text: str) -> None:
    assert not wrong("0032_x.py", text)


def test_programs_may_work_with_it_since_what_the_newest_says_that_takes_away() -> None:
    said = [told(path.read_text(encoding="utf-8")) for path in FILES]
    assert max([_FIRST, *said]) == READABLE_SINCE


def test_the_newest_is_the_last_of_one_line() -> None:
    """One change follows the other, so that every catalogue has one way to the newest."""
    texts = {path.name[:4]: path.read_text(encoding="utf-8") for path in FILES}
    assert max(texts) == SCHEMA
    before = {name: re.search(r"^down_revision = (.*)$", text, re.MULTILINE)[1] for name, text in texts.items()}  # type: ignore[index]
    line = sorted(texts)
    assert [before[name] for name in line] == ["None", *(f'"{name}"' for name in line[:-1])]
