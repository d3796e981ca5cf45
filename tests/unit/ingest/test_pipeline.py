"""Interrupted at the beginning of any stage, the same call goes on and ends as if nothing had happened."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from metadata.verify import verify_package
from preserve.data_management import journal
from preserve.data_management.archive import Archive
from preserve.errors import NotIntact, Refused, Stopped
from preserve.ingest import provenance
from storage_adapters.errors import MediumFull
from tests.support.small_case import Interrupting, ingest, left_over, roles_of, small_archive, small_case

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
    return small_archive(tmp_path_factory.mktemp("pipeline") / "archive")


@pytest.mark.parametrize("code", STAGES)
def test_stopped_where_a_stage_begins_it_goes_on(code: str, archive: Archive, tmp_path: Path) -> None:
    case = small_case(tmp_path, f"测〔2026〕{STAGES.index(code)}号")
    with pytest.raises(Stopped):
        ingest(archive, case, Interrupting(code, Stopped("work.stopped")))
    result = ingest(archive, case)
    assert result.resumed
    assert verify_package(result.location).intact
    assert roles_of(result.location) == {"original", "preservation"}
    assert left_over(archive) == []
    with pytest.raises(Refused, match=r"ingest\.case-known"):
        ingest(archive, case)


def test_who_was_stopped_while_writing_and_wakes_up_late_alters_nothing(archive: Archive, tmp_path: Path) -> None:
    case = small_case(tmp_path, "测〔2026〕30号")
    with pytest.raises(Stopped):
        ingest(archive, case, Interrupting("ingest.step-read-back", Stopped("work.stopped")))
    (package,) = (archive.home.store / "incoming").iterdir()
    written = [path for path in package.rglob("*") if path.is_file() and path.parent.name != "data"]
    assert {"METS.xml", "premis.xml", "manifest-sha256.txt", "bag-info.txt"} <= {path.name for path in written}
    still_open = [os.open(path, os.O_WRONLY) for path in written]
    result = ingest(archive, case)
    for handle in still_open:
        os.write(handle, b"what the former attempt had not written yet")
        os.close(handle)
    assert verify_package(result.location).intact


def test_an_error_of_the_medium_is_the_mediums_whoever_met_it(archive: Archive, tmp_path: Path) -> None:
    case = small_case(tmp_path, "测〔2026〕20号")
    with pytest.raises(MediumFull):
        ingest(archive, case, Interrupting("ingest.step-seal", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))))
    assert ingest(archive, case).resumed


def test_a_refusal_leaves_nothing_and_another_error_leaves_what_was_done(archive: Archive, tmp_path: Path) -> None:
    number = "测〔2026〕21号"
    case = small_case(tmp_path, number)
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
    case = small_case(tmp_path, "测〔2026〕22号")
    with pytest.raises(Stopped):
        ingest(archive, case, Interrupting("ingest.step-seal", Stopped("work.stopped")))
    (package,) = (archive.home.store / "incoming").iterdir()
    for name in ("original/data/笔录.txt", "preservation/data/旧笔录.txt"):
        (path,) = package.glob(f"data/*/representations/{name}")
        path.unlink()
    result = ingest(archive, case)
    assert result.resumed and verify_package(result.location).intact


def test_facts_are_asked_for_once_a_pass(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two passes over every file, the rules and all that is written; between them only what programs work on."""
    decoded: list[str] = []
    real = provenance.from_json

    def counting(kind: type, text: str) -> object:
        decoded.append(kind.__name__)
        return real(kind, text)

    monkeypatch.setattr(provenance, "from_json", counting)
    ingest(archive, small_case(tmp_path, "测〔2026〕23号"))
    files, transcoded = 3, 1
    assert {name: decoded.count(name) for name in set(decoded)} == {
        "Copied": 2 * files + transcoded,
        "Identification": 2 * files + transcoded,
        "Character": 2 * files + transcoded,
        "Normalised": files,
    }
