"""Errors as doors answer them: the exit status of each class, and a document that can be sent anywhere."""

from __future__ import annotations

import errno
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from metadata.errors import BagUnreadable, MetadataError, SchemaMissing
from metadata.findings import Finding
from preserve.cli.failures import tell
from preserve.cli.main import run
from preserve.errors import (
    Busy,
    Conflict,
    MediumProblem,
    NotFound,
    NotIntact,
    NotPermitted,
    PreserveError,
    Refused,
    Stopped,
    ToolMissing,
    UsageError,
)
from preserve.messages import speaking
from preserve.services.failures import failure_of, known_failure, status_of
from storage_adapters import errors as storage


def every(kind: type[BaseException]) -> list[type[BaseException]]:
    return [kind, *(below for child in kind.__subclasses__() for below in every(child))]


STATUS = {
    PreserveError: 1,
    UsageError: 2,
    Refused: 3,
    NotFound: 3,
    Conflict: 3,
    NotIntact: 4,
    MediumProblem: 5,
    NotPermitted: 6,
    ToolMissing: 7,
    Stopped: 8,
    Busy: 9,
}


@pytest.mark.parametrize(("kind", "status"), STATUS.items(), ids=lambda value: getattr(value, "__name__", str(value)))
def test_our_own(kind: type[PreserveError], status: int) -> None:
    assert status_of(kind("request.unknown", "2026-0001")) == status


def test_those_of_the_libraries() -> None:
    status = {kind.__name__: status_of(kind("x")) for kind in every(storage.StorageError)}
    assert {name for name, number in status.items() if number == 5} == {
        "MediumAbsent",
        "NotMounted",
        "StoreAway",
        "StoreDenies",
        "MediumFull",
        "MediumFailing",
        "ReadOnly",
    }
    assert set(status.values()) == {3, 5}
    for kind, number in ((SchemaMissing, 7), (BagUnreadable, 4), (MetadataError, 3)):
        assert all(
            status_of(below.__new__(below)) == number
            for below in every(kind)
            if below not in (SchemaMissing, BagUnreadable) or below is kind
        )


def test_a_defect_has_no_document() -> None:
    for defect in (ValueError("x"), AssertionError(), OSError(5, "x"), KeyboardInterrupt()):
        assert failure_of(defect) is None and status_of(defect) == 1


def test_a_full_disk_is_no_defect_wherever_it_shows() -> None:
    failure = failure_of(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/archive/work/list-1"))
    assert failure is not None
    assert (failure.status, failure.code, failure.where) == (5, "storage.medium-full", "/archive/work/list-1")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_document_speaks_the_language_in_use(language: Any) -> None:
    error = storage.MediumFull("/mnt/x", needed=5, free=3)
    with speaking(language):
        document = known_failure(error).document()
    assert (document["ok"], document["status"], document["findings"]) == (False, 5, [])
    assert document["error"]["code"] == "storage.medium-full" and document["error"]["where"] == "/mnt/x"
    assert document["error"]["values"] == {"needed": 5, "free": 3}
    assert any("一" <= letter <= "鿿" for letter in document["error"]["message"]) == (language == "zh")


def test_values_of_any_kind_can_be_sent_and_findings_go_with_them() -> None:
    finding = Finding("bag.digest-differs", "data/甲.txt", "error", {"algorithms": "sha256"})
    error = NotIntact(
        "storage.copy-not-intact",
        "X",
        findings=(finding,),
        file=Path("/a"),
        count=1,
        day=date(2026, 1, 5),  # type: ignore[arg-type]
    )
    document = json.loads(json.dumps(known_failure(error).document()))
    assert document["error"]["values"] == {"file": "/a", "count": 1, "day": "2026-01-05"}
    assert [(row["code"], row["where"]) for row in document["findings"]] == [("bag.digest-differs", "data/甲.txt")]
    assert document["findings"][0]["message"]


def test_a_sentence_that_names_its_place_names_it() -> None:
    with speaking("en"):
        document = known_failure(Busy("lease.lost", "work/x.lock")).error_document()
    assert "“work/x.lock”" in document["message"] and document["values"] == {}


def test_the_command_line_says_a_place_once(capsys: pytest.CaptureFixture[str]) -> None:
    with speaking("en"):
        assert tell(Busy("lease.lost", "work/x.lock"), as_json=False) == 9
        assert tell(NotFound("cli.case-unknown", "nobody's case"), as_json=False) == 3
    said = capsys.readouterr().err
    assert said.count("work/x.lock") == 1 and "{where}" not in said
    assert said.count("nobody's case") == 1


@pytest.mark.parametrize("text", ["[1]", "no JSON"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_no_proof_is_said_without_open_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, text: str
) -> None:
    (tmp_path / "proof.json").write_text(text, encoding="utf-8")
    assert run(["--lang", language, "house", "check", str(tmp_path / "proof.json")]) == 4
    said = capsys.readouterr().err
    assert "proof.json" in said and "{" not in said
