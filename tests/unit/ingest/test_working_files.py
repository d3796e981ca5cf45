"""The files of a run under way: recorded batch by batch, read back in pages, and looked at again after a kill."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from preserve.data_management import journal
from preserve.data_management.archive import Archive
from preserve.data_management.journal import FileRow
from preserve.ingest import working_files
from preserve.ingest.assess import Assessed, assess
from preserve.ingest.begin import begin
from preserve.ingest.context import Ingest
from preserve.ingest.facts import Normalised
from preserve.ingest.file_pass import Job
from preserve.ingest.normalise import formats_profile, plan
from preserve.ingest.take_in import jobs_of
from preserve.ingest.working_files import WorkingFiles
from preserve.progress import Silent
from tests.support.small_case import small_archive, small_case


@dataclass(frozen=True)
class _Run:
    """A run's files, the deposit that they come from, and how many were asked for again."""

    files: WorkingFiles
    assessed: Assessed

    def jobs(self, rows: Iterator[FileRow]) -> Iterator[Job]:
        """What is still to be copied."""
        return jobs_of(rows, self.assessed.deposit)

    def take(self) -> tuple[list[str], list[str]]:
        """Take in what is not yet; the codes of refusals, and of what may be tried again."""
        deposit = self.assessed.deposit
        refusals, again = self.files.take(deposit.source, deposit.prefix, self.jobs)
        return [finding.code for finding in refusals], [finding.code for finding in again]

    def normalise(self) -> dict[str, int]:
        """Make what the shipped profile wants."""
        profile = formats_profile(None)
        return self.files.normalise(lambda file: plan(file, "lossless", profile), 0.0)

    def lacking(self) -> dict[str, int]:
        """How many files lack each fact."""
        return {step: self.files.totals(step)[0] for step in journal.STEPS}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive for all runs."""
    return small_archive(tmp_path_factory.mktemp("working") / "archive")


@pytest.fixture
def begun(archive: Archive, tmp_path: Path) -> Callable[[str], _Run]:
    """A run over a small case that has begun."""

    def start(number: str) -> _Run:
        assessed = assess(archive.home, small_case(tmp_path, number), Silent())
        row = begin(archive.home, archive.catalogue, assessed, "zhou").row
        ingest = Ingest(
            row.id, row.objid, archive.home, assessed.description, tmp_path / "package", archive.home.work / row.id
        )
        for role in ("original", "preservation", "access"):
            ingest.data(role).mkdir(parents=True)
        ingest.scratch.mkdir(parents=True)
        return _Run(WorkingFiles(archive.catalogue, ingest, 1, Silent()), assessed)

    return start


def test_what_was_done_is_recorded_and_not_done_again(begun: Callable[[str], _Run]) -> None:
    run = begun("件〔2026〕1号")
    assert run.lacking() == dict.fromkeys(journal.STEPS, 3)
    assert run.take() == ([], [])
    assert run.lacking() == {"copied": 0, "identified": 0, "characterised": 0, "normalised": 3}
    assert run.normalise() == {"keep": 2, "transcode": 1}
    assert run.lacking() == dict.fromkeys(journal.STEPS, 0)
    before = {path: path.stat().st_mtime_ns for path in run.files.ingest.package.rglob("*")}
    assert (run.take(), run.normalise()) == (([], []), {})
    assert {path: path.stat().st_mtime_ns for path in run.files.ingest.package.rglob("*")} == before
    assert not run.files.ingest.scratch.exists(), "nothing is left in scratch"


def test_every_file_comes_once_whatever_the_page(begun: Callable[[str], _Run], monkeypatch: pytest.MonkeyPatch) -> None:
    run = begun("件〔2026〕2号")
    run.take()
    whole = list(run.files.numbered())
    monkeypatch.setattr(working_files, "_PAGE", 2)
    assert list(run.files.numbered()) == whole
    assert [number for number, _ in whole] == [1, 2, 3]
    assert {file.path for file in run.files.files()} == {"case.json", "笔录.txt", "旧笔录.txt"}
    assert list(run.files.files(lacking="copied")) == []


@pytest.mark.parametrize("together", [1, 2, 5000])
def test_what_is_kept_by_a_rule_is_recorded_for_those_files_alone(
    begun: Callable[[str], _Run], monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    run = begun(f"件〔2026〕{6000 + together}号")
    run.take()
    monkeypatch.setattr(working_files, "_TOGETHER", together)
    run.files.keep({"texts stay": array("Q", [1, 3])})
    assert [row.number for row in run.files.pages(lacking="normalised")] == [2]
    assert {file.normalised for file in run.files.files()} == {None, Normalised("keep", "texts stay")}
    assert sum(run.normalise().values()) == 3


def test_after_a_kill_only_what_is_gone_is_done_again(begun: Callable[[str], _Run]) -> None:
    run = begun("件〔2026〕3号")
    run.take()
    run.normalise()
    assert run.files.recheck(thorough=True) == (0, 0)
    ingest = run.files.ingest
    stored = {file.path: file.stored for file in run.files.files()}
    (ingest.data("original") / stored["笔录.txt"]).unlink()
    (derived,) = ingest.data("preservation").rglob("*.txt")
    derived.unlink()
    assert run.files.recheck(thorough=False) == (1, 1)
    assert run.lacking() == {"copied": 1, "identified": 1, "characterised": 1, "normalised": 2}
    run.take()
    run.normalise()
    assert (ingest.data("original") / stored["笔录.txt"]).read_text(encoding="utf-8").startswith("现场检查笔录")
    assert derived.is_file()
    assert run.files.recheck(thorough=True) == (0, 0)
    (ingest.data("original") / stored["旧笔录.txt"]).unlink()
    derived.unlink()
    assert run.files.recheck(thorough=False) == (1, 0), "what is copied again is normalised again anyway"


def test_after_a_power_loss_every_byte_is_read(begun: Callable[[str], _Run]) -> None:
    run = begun("件〔2026〕4号")
    run.take()
    run.normalise()
    ingest = run.files.ingest
    (derived,) = ingest.data("preservation").rglob("*.txt")
    derived.write_bytes(bytes(derived.stat().st_size))
    assert run.files.recheck(thorough=False) == (0, 0)
    assert run.files.recheck(thorough=True) == (0, 1)


def test_a_file_that_cannot_be_taken_is_refused_and_the_others_are_recorded(begun: Callable[[str], _Run]) -> None:
    run = begun("件〔2026〕5号")
    case = run.assessed.deposit.origin
    (case / "笔录.txt").write_bytes(b"another size")
    refusals, again = run.take()
    assert refusals + again == ["ingest.size-differs"]
    assert run.lacking()["copied"] == 1
