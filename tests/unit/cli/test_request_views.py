"""`preserve request list`, `show` and `statistics` as people read them, and as a program does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from preserve.cli.main import run
from preserve.data_management.archive import Archive
from preserve.services import requests
from preserve.services.requests import Consumer, OpenRequest
from tests.support.sessions import founded, founder
from tests.support.small_case import ingest
from tests.support.tiny_case import write_case

CASE = "临文综罚〔2026〕77号"


@dataclass(frozen=True)
class Asked:
    """An archive with two requests for one case: an urgent one of a court, and one that is late."""

    archive: Archive
    urgent: str
    late: str


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("asked")
    archive = founded(folder)
    ingest(archive, write_case(folder / "case"))
    paper = folder / "notice.pdf"
    paper.write_bytes(b"%PDF-1.4\n")
    numbers = [
        requests.open_request(founder(archive), wish).number
        for wish in (
            OpenRequest(
                Consumer(name="张[bold]法官", capacity="court"),
                [CASE],
                "举证",
                [("调取证据通知书", paper)],
                urgent="明日开庭",
            ),
            OpenRequest(
                Consumer(name="王某", capacity="court", organisation="某区法院"),
                [CASE],
                "复核",
                [("调取证据通知书", paper)],
                received=date(2026, 1, 5),
                due=date(2026, 1, 6),
            ),
        )
    ]
    yield Asked(archive, *numbers)
    archive.close()


class Door:
    """Runs a command in this process and gives back what it printed."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.capsys = home, capsys

    def __call__(self, *words: str, lang: str = "en") -> str:
        assert run(["--home", str(self.home), "--lang", lang, *words]) == 0, self.capsys.readouterr()
        return self.capsys.readouterr().out

    def json(self, *words: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self("--json", *words))
        return document


@pytest.fixture
def door(asked: Asked, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setenv("COLUMNS", "200")
    return Door(asked.archive.home.path, capsys)


def test_urgent_ones_first_and_what_is_late_is_marked(door: Door, asked: Asked) -> None:
    text = door("request", "list")
    assert text.index(asked.urgent) < text.index(asked.late)
    late = next(line for line in text.splitlines() if asked.late in line)
    assert "2026-01-06 " in late and "overdue" in late
    assert asked.urgent not in door("request", "list", "--overdue")
    document = door.json("request", "list")
    assert [(row["number"], row["overdue"]) for row in document["requests"]] == [
        (asked.urgent, False),
        (asked.late, True),
    ]


def test_everything_about_one_and_a_name_is_text_and_no_markup(door: Door, asked: Asked) -> None:
    text = door("request", "show", asked.urgent)
    assert all(word in text for word in (asked.urgent, "张[bold]法官", "举证", "明日开庭", "调取证据通知书", CASE))
    document = door.json("request", "show", asked.urgent)
    assert document["request"]["consumer"]["name"] == "张[bold]法官"


@pytest.mark.parametrize(("lang", "words"), [("zh", ("法院", "举证")), ("en", ("举证",))])
def test_in_both_languages(lang: str, words: tuple[str, ...], door: Door, asked: Asked) -> None:
    text = door("request", "show", asked.late, lang=lang)
    assert "某区法院" in text and "2026-01-05" in text
    assert all(word in door("request", "show", asked.urgent, lang=lang) for word in words)


def test_use_by_year(door: Door, asked: Asked) -> None:
    document = door.json("request", "statistics")
    assert sum(year["requests"] for year in document["years"]) == 2
    text = door("request", "statistics", "--year", "2026")
    assert "2026" in text
    assert sum(year["requests"] for year in door.json("request", "statistics", "--year", "1999")["years"]) == 0


def test_a_number_that_nobody_has(asked: Asked, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", str(asked.archive.home.path), "--json", "request", "show", "2026-9999"]) == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"]
