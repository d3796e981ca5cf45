"""Machine findings of a case as somebody looks at them: from what is kept, with what the description says beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from preserve.administration.duties import Role
from preserve.data_management.archive import Archive
from preserve.errors import NotFound, Refused, UsageError
from preserve.ingest.runner import Answerer
from preserve.ingest.runner import run as take_in
from preserve.machine_reading.records import ClockShown, Engine, Record
from preserve.progress import Silent
from preserve.services import machine_readings
from preserve.services.machine_findings_shown import MachineFindings, _kept, read_frame, show_machine_findings
from preserve.services.machine_readers import Reader
from preserve.services.machine_readings import ReadingWish
from tests.support.machine_reading import NUMBER, installed
from tests.support.made_recordings import NINE, make_recording
from tests.support.people import session, staffed
from tests.support.tiny_case import write_case

NAME = "现场/DSJ-A20031_110233_20260314100000_0001.mp4"
BOX = (10.0, 10.0, 300.0, 10.0, 300.0, 50.0, 10.0, 50.0)
ENGINE = Engine(tool="a bureau's own")


def jumps(path: Path, name: str) -> Iterator[Record]:
    """What a reader gives of a clock from which a minute is missing after six seconds."""
    for number in range(7):
        at = 2.0 * number
        text = (NINE + timedelta(seconds=at + 60 * (at > 6))).isoformat()
        yield ClockShown(file=name, engine=ENGINE, at=at, text=text, shows=text, box=BOX, score=0.9)


READER = Reader("clock", ENGINE, lambda row: row.path.endswith(".mp4"), jumps)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("findings")
    case = write_case(folder / "case")
    (case / "现场").mkdir()
    make_recording(case / NAME, None, 14)
    told = json.loads((case / "case.json").read_text(encoding="utf-8"))
    told["objects"].append({"file": NAME, "kind": "现场录像", "stage": "调查"})
    (case / "case.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    opened = staffed(folder / "home", song=Role.AUDITOR, li=Role.SYSTEM_ADMINISTRATOR, zhou=Role.DEPOSITOR)
    take_in(opened.home, opened.catalogue, case, person=Answerer("zhou", may=True), jobs=1, watcher=Silent())
    yield opened
    opened.close()


def shown(archive: Archive, file: str = "") -> MachineFindings:
    return show_machine_findings(session(archive), NUMBER, file)


def test_findings_follow_from_what_is_kept_and_go_with_it(archive: Archive) -> None:
    before = shown(archive)
    assert (before.recordings, before.with_clock, before.findings) == (1, 0, ())
    with installed(READER):
        machine_readings.run(session(archive), ReadingWish(cases=(NUMBER,)))
    found = shown(archive)
    assert (found.recordings, found.with_clock) == (1, 1)
    codes = [one.finding.code for one in found.findings]
    # The name says ten o'clock, the clock half past nine.
    assert codes == ["reading.clock-disagrees", "reading.clock-jump"]
    assert "2026-03-14 10:00:00" in str(found.findings[0].finding.values["others"])
    assert (found.findings[1].at, found.findings[1].until) == (6.0, 8.0)
    identifier = found.findings[0].identifier
    assert shown(archive, identifier).findings == found.findings
    machine_readings.forget(session(archive), NUMBER)
    assert shown(archive).findings == ()


def test_a_frame_is_a_small_picture_of_a_second_that_there_is(archive: Archive) -> None:
    with installed(READER):
        machine_readings.run(session(archive), ReadingWish(cases=(NUMBER,)))
    identifier = shown(archive).findings[0].identifier
    frames = [read_frame(session(archive), NUMBER, identifier, at) for at in (0.0, 7.0, 7.0)]
    assert frames[1].data == frames[2].data != frames[0].data
    with Image.open(BytesIO(frames[0].data)) as picture:
        assert (picture.format, picture.width) == ("JPEG", 640)
    for wrong in (-1.0, float("nan"), float("inf"), 1e9):
        with pytest.raises(UsageError):
            read_frame(session(archive), NUMBER, identifier, wrong)
    with pytest.raises(Refused):
        read_frame(session(archive), NUMBER, identifier, 500.0)
    with pytest.raises(NotFound):
        read_frame(session(archive), NUMBER, "nothing", 1.0)


def test_a_reading_that_was_altered_keeps_nobody_from_the_case(archive: Archive) -> None:
    with installed(READER):
        machine_readings.run(session(archive), ReadingWish(cases=(NUMBER,), again=True))
    (kept,) = sorted((archive.home.store / "readings").rglob("*.jsonl.gz"))[-1:]
    before = kept.read_bytes()
    kept.chmod(0o640)
    try:
        kept.write_bytes(before[:-9] + b"x" * 9)
        _kept.clear()
        (found,) = shown(archive).findings
        assert (found.finding.code, found.finding.severity, found.frames) == ("reading.altered", "warning", ())
    finally:
        kept.write_bytes(before)
    assert len(shown(archive).findings) == 2
