"""The draft of a plan: the files that must not be given whole, in the form in which an examiner fills it in."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from preserve.access.redaction.checking import read_checked
from preserve.access.redaction.plan import read_plan
from preserve.access.redaction.template import restricted, write_template
from preserve.errors import Refused
from tests.support.asking import PAPER, PICTURE, Counter

PARTY = {"capacity": "party", "name": "临江星光文化传播有限公司"}


def test_what_a_party_must_not_see_whole_is_named_with_its_reason(counter: Counter) -> None:
    party, court = counter.opened(**PARTY), counter.opened()
    with counter.archive.catalogue.read() as connection:
        (row,) = [
            row for row in restricted(counter.archive.home, connection, party.number) if row[0].path == "笔录.txt"
        ]
        every = restricted(counter.archive.home, connection, court.number)
    assert row[1] and row[2] == "20"
    assert {file.path for file, _, _ in every} == {"笔录.txt", "决定书.txt", PICTURE, PAPER}
    assert {reason for _, reason, _ in every} == {""}


def test_a_draft_says_nothing_until_it_is_filled_in_and_then_fits(counter: Counter, tmp_path: Path) -> None:
    number, target = counter.opened().number, tmp_path / "plan.toml"
    with counter.archive.catalogue.read() as connection:
        assert write_template(counter.archive.home, connection, number, target) == 4
    text = target.read_text(encoding="utf-8")
    assert number in text and tomllib.loads(text) == {}
    begun = text.index("#[[redaction]]", text.index(PAPER))
    example = text[begun:].partition("\n\n")[0].replace('reason = ""', 'reason = "隐私"')
    target.write_text("\n".join(line.removeprefix("#") for line in example.splitlines()), encoding="utf-8")
    (redaction,) = read_plan(target)
    assert (redaction.object, redaction.what, redaction.article) == (PAPER, "box", "20")
    request = counter.approved()
    assert request.examination is not None
    with counter.archive.catalogue.read() as connection:
        checked = read_checked(counter.archive.home, connection, request.examination.selection, target)
    assert checked == {PAPER}


@pytest.mark.parametrize("name", ["plan.toml", "plan.xlsx"])
def test_a_plan_that_somebody_filled_in_is_not_written_over(counter: Counter, tmp_path: Path, name: str) -> None:
    number, target = counter.opened().number, tmp_path / name
    with counter.archive.catalogue.read() as connection:
        write_template(counter.archive.home, connection, number, target)
        before = target.read_bytes()
        assert before.startswith(b"PK") == name.endswith(".xlsx")
        with pytest.raises(Refused):
            write_template(counter.archive.home, connection, number, target)
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_of_an_unknown_request_there_is_no_draft(counter: Counter, tmp_path: Path) -> None:
    with counter.archive.catalogue.read() as connection, pytest.raises(Refused, match=r"request\.unknown"):
        write_template(counter.archive.home, connection, "Q2026-9999", tmp_path / "plan.toml")
    assert not (tmp_path / "plan.toml").exists()
