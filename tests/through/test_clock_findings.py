"""A recording with a cut, from the deposit to the finding: taken in, read by machine, told, and shown with its frames."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from preserve.administration.passwords import log_in
from preserve.archival_storage.media import server_store
from preserve.clock import now
from preserve.data_management import cases
from preserve.data_management.archive import open_archive
from preserve.home import acting_person
from preserve.ingest.runner import Answerer
from preserve.ingest.runner import run as take_in
from preserve.progress import Silent
from preserve.services import machine_readings
from preserve.services.machine_readings import ReadingWish
from preserve.services.session import Session, SystemUser
from storage_adapters.contract import CopyRef
from tests.support import looking
from tests.support.made_recordings import cut_out, iso_at_top, make_recording
from tests.support.tiny_case import write_case
from tests.support.web import PASSWORD, Served, person, staffed_home, start

NAME = "现场/DSJ-A20031_110233_20260314092940_0001.mp4"


@dataclass(frozen=True)
class Read:
    """A door over a case with one recording out of which eleven seconds were cut, after it was read by machine."""

    served: Served
    objid: str
    token: str
    package: dict[str, bytes]


def _case(folder: Path) -> Path:
    case = write_case(folder / "case")
    (case / "现场").mkdir()
    whole = make_recording(folder / "whole.mp4", iso_at_top, 40)
    cut_out(whole, 16, 27, folder / "cut.mp4").rename(case / NAME)
    description = json.loads((case / "case.json").read_text(encoding="utf-8"))
    description["objects"].append({"file": NAME, "kind": "现场录像", "stage": "调查"})
    (case / "case.json").write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")
    return case


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    folder = tmp_path_factory.mktemp("clock")
    home = staffed_home(folder, cases=0)
    archive = open_archive(home)
    try:
        taken = take_in(
            archive.home, archive.catalogue, _case(folder), person=Answerer("zhou", may=True), jobs=1, watcher=Silent()
        )
        objid = taken.objid
        with archive.catalogue.read() as connection:
            store = Path(server_store(archive.home).path(CopyRef(cases.read(connection, objid).package)))
            token, _ = log_in(archive.catalogue, "examiner", PASSWORD, now())
        package = _files(store)
        session = Session(SystemUser(acting_person()), opened=archive, opened_home=archive.home)
        result = machine_readings.run(session, ReadingWish(cases=(objid,), what=("clock", "stretch")))
        assert result.unread == 0
        assert _files(store) == package
    finally:
        archive.close()
    served = start(home)
    yield Read(served, objid, token, package)
    served.stop()


def test_the_finding_and_its_frames(read: Read) -> None:
    client = read.served.client("examiner")
    told = _told(read)
    assert (told["recordings"], told["with_clock"]) == (1, 1)
    (found,) = [one for one in told["findings"] if one["finding"]["code"] == "reading.clock-jump"]
    assert found["finding"]["severity"] == "warning"
    assert found["finding"]["where"] == NAME
    assert found["at"] < 16 <= found["until"]
    assert "机读，未核对" in found["finding"]["message"]
    for at in found["frames"]:
        frame = client.get(f"/cases/{read.objid}/files/{found['identifier']}/frame", params={"at": at})
        assert frame.headers["content-type"] == "image/jpeg"
        with Image.open(BytesIO(frame.content)) as picture:
            assert picture.width == 640
    assert client.get(f"/cases/{read.objid}/files/{found['identifier']}/frame?at=x").status_code == 400
    assert client.get(f"/cases/{read.objid}/files/{found['identifier']}/frame?at=-1").status_code == 400
    assert client.get(f"/cases/{read.objid}/files/{found['identifier']}/frame?at=9999").status_code in (404, 409, 422)


def _told(read: Read) -> dict[str, Any]:
    """The document of the REST door."""
    with read.served.nobody() as client:
        client.headers["authorization"] = f"Bearer {read.token}"
        answer = client.get(f"/api/v1/cases/{read.objid}/machine-findings")
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document


def test_nothing_of_it_is_in_the_package(read: Read) -> None:
    assert len(read.package) > 10
    assert not any("reading.clock" in data.decode("utf-8", "replace") for data in read.package.values())


def test_pages_show_it_marked_as_unchecked(read: Read) -> None:
    with person(read.served, "examiner") as page:
        page.goto(f"/cases/{read.objid}?tab=findings")
        assert "机读，未核对" in page.inner_text("main")
        page.locator(".machine figure img").first.scroll_into_view_if_needed()
        page.wait_for_function("() => document.querySelector('.machine figure img').naturalWidth > 0")
        assert looking.violations(page) == []
        page.click(".machine a.where")
        page.wait_for_selector("[data-player]")
        assert page.locator(".needle .machine").count() >= 1
        assert looking.violations(page) == []
        page.locator(".machine [data-at]").first.click()
        page.wait_for_function("() => document.querySelector('video').currentTime > 10", timeout=15_000)
        page.goto(f"/cases/{read.objid}/timeline")
        assert page.locator("svg rect.machine").count() >= 1
        assert looking.violations(page) == []
        page.locator("[data-to]").first.click()
        assert float(page.input_value("[data-place]")) > 10


def test_who_may_not_find_cases_is_shown_nothing(read: Read) -> None:
    page = read.served.client("depositor").get(f"/cases/{read.objid}?tab=findings")
    assert page.status_code in (403, 404)
