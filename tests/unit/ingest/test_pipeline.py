"""Interrupted at the beginning of any stage, the same call goes on and ends as if nothing had happened."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from metadata.findings import Value
from metadata.verify import verify_package
from preserve.administration.founding import found
from preserve.data_management import journal
from preserve.data_management.archive import Archive, open_archive
from preserve.errors import NotIntact, Refused, Stopped
from preserve.ingest.runner import Result, run
from preserve.progress import Silent, Unit
from storage_adapters.errors import MediumFull

STAGES = (
    "ingest.step-copy",
    "ingest.step-check",
    "ingest.step-normalise",
    "ingest.step-describe",
    "ingest.step-seal",
    "ingest.step-read-back",
    "ingest.step-register",
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive for all cases."""
    path = tmp_path_factory.mktemp("pipeline") / "archive"
    found(path, institution="某局", policy="lossless", store=None, digests=("sha256", "sm3"), language="zh")
    return open_archive(path)


def deposit(folder: Path, number: str) -> Path:
    """A small closed case: two texts, of which one is put into UTF-8."""
    case = folder / "case"
    case.mkdir()
    (case / "笔录.txt").write_text("现场检查笔录\n" * 20, encoding="utf-8")
    (case / "旧笔录.txt").write_text("当事人陈述，现场检查笔录\n" * 20, encoding="gb18030")
    content = {
        "case_number": number,
        "case_type": "检查",
        "title": number,
        "cause": "测试",
        "producer": {"name": "某局"},
        "start": "2026-01-05",
        "closed": "2026-02-02",
        "objects": [{"file": name, "kind": "文书", "stage": "调查"} for name in ("笔录.txt", "旧笔录.txt")],
        "acceptances": [{"finding": "document-missing", "person": "周建国", "reason": "试验"}],
    }
    (case / "case.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return case


class Interrupting(Silent):
    """Raises an error when a stage begins."""

    def __init__(self, code: str, error: BaseException) -> None:
        super().__init__()
        self.code, self.error = code, error

    def begin(
        self, code: str, total: int | None = None, files: int = 0, *, unit: Unit = "bytes", **values: Value
    ) -> None:
        """Raises at that code."""
        super().begin(code, total, files)
        if code == self.code:
            raise self.error


def ingest(archive: Archive, case: Path, watcher: Silent | None = None) -> Result:
    """Take a case in, in this process."""
    return run(archive.home, archive.catalogue, case, person="zhou", jobs=1, watcher=watcher or Silent())


def left_over(archive: Archive) -> list[str]:
    """What lies where packages are made."""
    folders = (archive.home.work, archive.home.store / "incoming")
    return [path.name for folder in folders for path in folder.iterdir() if path.suffix != ".lock"]


@pytest.mark.parametrize("code", STAGES)
def test_stopped_where_a_stage_begins_it_goes_on(code: str, archive: Archive, tmp_path: Path) -> None:
    case = deposit(tmp_path, f"测〔2026〕{STAGES.index(code)}号")
    with pytest.raises(Stopped):
        ingest(archive, case, Interrupting(code, Stopped("work.stopped")))
    result = ingest(archive, case)
    assert result.resumed
    assert verify_package(result.location).intact
    roles = {path.parent.parent.name for path in result.location.rglob("data/*.txt") if "representations" in path.parts}
    assert roles == {"original", "preservation"}
    assert left_over(archive) == []
    with pytest.raises(Refused, match=r"ingest\.case-known"):
        ingest(archive, case)


def test_an_error_of_the_medium_is_the_mediums_whoever_met_it(archive: Archive, tmp_path: Path) -> None:
    case = deposit(tmp_path, "测〔2026〕20号")
    with pytest.raises(MediumFull):
        ingest(archive, case, Interrupting("ingest.step-seal", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))))
    assert ingest(archive, case).resumed


def test_a_refusal_leaves_nothing_and_another_error_leaves_what_was_done(archive: Archive, tmp_path: Path) -> None:
    number = "测〔2026〕21号"
    case = deposit(tmp_path, number)
    with pytest.raises(NotIntact):
        ingest(archive, case, Interrupting("ingest.step-normalise", NotIntact("ingest.read-back", number)))
    with archive.catalogue.read() as connection:
        row = journal.live(connection, number)
        assert row is not None and row.step == "normalise"
        assert journal.totals(connection, row.id, lacking="copied") == (0, 0)
    with pytest.raises(Refused):
        ingest(archive, case, Interrupting("ingest.step-describe", Refused("sip.refused", number)))
    assert left_over(archive) == []
    with archive.catalogue.read() as connection:
        assert journal.live(connection, number) is None
        assert journal.totals(connection, row.id) == (0, 0)
    assert not ingest(archive, case).resumed


def test_a_copied_file_that_is_gone_is_copied_again(archive: Archive, tmp_path: Path) -> None:
    case = deposit(tmp_path, "测〔2026〕22号")
    with pytest.raises(Stopped):
        ingest(archive, case, Interrupting("ingest.step-seal", Stopped("work.stopped")))
    (package,) = (archive.home.store / "incoming").iterdir()
    for name in ("original/data/笔录.txt", "preservation/data/旧笔录.txt"):
        (path,) = package.glob(f"data/*/representations/{name}")
        path.unlink()
    result = ingest(archive, case)
    assert result.resumed and verify_package(result.location).intact


def test_facts_are_decoded_once_a_pass(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three passes over every file: the rules before the long work, what is to be made, and all that is written."""
    from preserve.ingest import provenance

    decoded: list[str] = []
    real = provenance.from_json

    def counting(kind: type, text: str) -> object:
        decoded.append(kind.__name__)
        return real(kind, text)

    monkeypatch.setattr(provenance, "from_json", counting)
    ingest(archive, deposit(tmp_path, "测〔2026〕23号"))
    files = 3
    assert {name: decoded.count(name) / files for name in set(decoded)} == {
        "Copied": 3,
        "Identification": 3,
        "Character": 3,
        "Normalised": 1,
    }
