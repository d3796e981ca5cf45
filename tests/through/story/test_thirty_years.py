"""Thirty years of a bureau, from the first case to a format nobody remembers; looked at on each of 11,000 days."""

from __future__ import annotations

import io
import shutil
import wave
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from preserve.access.dip.assembling import Handover, deliver
from preserve.access.requests import steps as requests
from preserve.access.requests.entering import Asked, Entry, open_request
from preserve.access.requests.model import Consumer
from preserve.administration.appraisal import steps as appraisals
from preserve.administration.appraisal.model import Opinion
from preserve.administration.disposal import steps as disposals
from preserve.administration.disposal.executing import execute
from preserve.administration.disposal.media_destruction import confirm
from preserve.administration.holds.steps import add_hold, release_hold
from preserve.administration.restoring_archive import restore_archive
from preserve.administration.retention import rule_changes, rules_in_force
from preserve.archival_storage.discs.sources import open_source
from preserve.archival_storage.media import replace, retire, server_store
from preserve.archival_storage.opening import Opened, open_medium
from preserve.archival_storage.policy import read_policy as storage_policy
from preserve.data_management.database import open_catalogue
from preserve.data_management.rebuild import rebuild
from preserve.errors import Refused
from preserve.home import acting_person
from preserve.preservation_planning.policy import read_policy
from preserve.preservation_planning.run_all import Failed, campaign
from preserve.profiles import locate
from preserve.progress import Silent
from tests.support.loop import Loop, loop
from tests.through.story.bureau import Bureau, bureau, reopen

pytestmark = [pytest.mark.xdist_group("story"), pytest.mark.timeout(600)]


def photograph() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(out, "JPEG")
    return out.getvalue()


def sound() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setparams((1, 2, 8000, 8000, "NONE", ""))
        made.writeframes(bytes(range(256)) * 63)
    return out.getvalue()


def test_thirty_years(tmp_path: Path) -> None:
    with loop(tmp_path, "one") as one, loop(tmp_path, "two") as two, bureau(tmp_path, date(2026, 1, 5)) as office:
        office.new_drive(one, "DRV-01", "二号楼/库房")
        objids = first_years(office)
        a_court_asks(office, objids[0])
        bits_flip(office)
        the_drive_is_replaced(office, two)
        one.unmount()
        recordings_go(office, objids[1])
        a_format_grows_old(office)
        the_law_changes(office)
        the_first_cases_fall_due(office, objids)
        the_house_burns(office, two)
        one.mount()
        nothing_comes_back(office, one, objids)
        it_burns_again(office, two, one, objids)
        the_last_years(office)
        assert office.days > 30 * 365


def first_years(office: Bureau) -> list[str]:
    """Six cases of each kind; a photograph in two, a sound recording that is no evidence in one."""
    picture = {"file": "现场照片.jpg", "kind": "照片", "stage": "调查"}
    recording = {"file": "现场录音.wav", "kind": "现场录音", "stage": "调查", "recording_start": "2026-01-05 09:00"}
    recording["with_case"] = "否"
    made = [
        office.take_in(1, years=10, files={"现场照片.jpg": photograph()}, objects=[picture]),
        office.take_in(2, years=30, files={"现场录音.wav": sound()}, objects=[recording]),
    ]
    office.until(date(2026, 6, 1))
    made.append(office.take_in(3, years=10))
    made.append(office.take_in(4, years=10, files={"现场照片.jpg": photograph()}, objects=[picture]))
    made.append(office.take_in(5, years=10, incidents=[{"incident": "提出异议", "note": "当事人有异议"}]))
    made.append(office.take_in(6, years=100))
    office.copy_what_is_missing()
    office.until(date(2027, 3, 1))
    made.append(office.take_in(7, years=10))
    office.copy_what_is_missing()
    office.check_year()
    return made


def a_court_asks(office: Bureau, objid: str) -> None:
    """From the notice to the receipt; nothing in between may be left out."""
    office.until(date(2028, 5, 8))
    notice = office.folder / "notice.pdf"
    notice.write_bytes(b"%PDF-1.4 notice")
    entry = Entry(Consumer(name="张法官", capacity="court"), [Asked(objid)], "举证", [("调取证据通知书", notice)])
    request = open_request(office.actor("chen"), entry)
    number, target = request.number, office.folder / "court"

    def hand_over() -> None:
        deliver(office.actor("chen"), number, Handover(target), Silent())

    with pytest.raises(Refused):
        hand_over()
    requests.examine(office.actor("wang"), number, requests.Opinion())
    office.until(date(2028, 5, 12))
    requests.decide(office.actor("li"), number, approve=True, reason="同意")
    hand_over()
    requests.acknowledge(office.actor("chen"), number, requests.Receipt("张法官", outcome="采信"))
    for step in ("opened", "examined", "approved", "delivered", "returned"):
        office.note(f"request.{step}", number)
    office.copy_what_is_missing()  # the records go onto the drive


def bits_flip(office: Bureau) -> None:
    """A byte on the server is found and mended from the drive."""
    office.until(date(2029, 9, 1))
    office.audit()
    package = sorted(office.packages().values())[2]
    paper = next(package.rglob("original/data/*.txt"))
    paper.chmod(0o644)
    data = bytearray(paper.read_bytes())
    data[3] ^= 8
    paper.write_bytes(data)
    office.until(date(2030, 9, 10))
    office.audit(damaged=1)
    office.check_year()


def the_drive_is_replaced(office: Bureau, newer: Loop) -> None:
    """After seven years the drive is retired: its copies were made anew on another one first."""
    office.until(date(2031, 1, 10))
    with office.catalogue.begin() as connection:
        replace(connection, office.medium("DRV-01"), reason="满七年", actor="chen", moment=office.moment)
    with pytest.raises(Refused), office.catalogue.begin() as connection:
        wanted = storage_policy(office.home.profiles)
        retire(connection, office.medium("DRV-01"), wanted, reason="销毁", actor="chen", moment=office.moment)
    office.new_drive(newer, "DRV-02", "二号楼/库房")
    office.copy_what_is_missing()
    with office.catalogue.begin() as connection:
        retire(
            connection, office.medium("DRV-01"), wanted, reason="存放满三年后销毁", actor="chen", moment=office.moment
        )
    office.note("medium.added", office.medium("DRV-02").id)
    office.audit()


def decide(office: Bureau, *, kept: dict[str, str] | None = None) -> str:
    """An appraisal by two, approved by the head: everything that is due goes, but for what is kept, and why."""
    review = appraisals.draw(office.actor("chen"), office.today)
    opinions = {
        item.row: Opinion(action="permanent", why=(kept or {})[item.objid])
        if item.objid in (kept or {})
        else Opinion(action="destroy", why="期满无继续保存价值")
        for item in review.items
    }
    for member in ("chen", "wang"):
        appraisals.appraise(office.actor(member), review.number, opinions)
    with pytest.raises(Refused):  # not before the head has approved it
        disposals.propose(office.actor("chen"), review.number)
    appraisals.approve(office.actor("li"), review.number)
    office.note("review.approved", review.number)
    proposed, _ = disposals.propose(office.actor("chen"), review.number)
    for member in ("wang", "zhao"):
        disposals.supervise(office.actor(member), proposed.number)
    disposals.approve(office.actor("li"), proposed.number)
    office.note("disposal.approved", proposed.number)
    return proposed.number


def carry_out(office: Bureau, number: str) -> list[str]:
    """What went, by objid; the rest stands against it."""
    report = execute(office.actor("chen"), number)
    went = [one.entry.item.objid for one in report.outcomes if one.gone and not one.entry.item.item]
    office.gone.update(went)
    for objid in went:
        office.note("case.destroyed", objid)
    return went


def recordings_go(office: Bureau, objid: str) -> None:
    """Five years after it was made, a recording that is no evidence leaves a case that stays (Art. 19)."""
    office.until(date(2031, 3, 1))
    number = decide(office)
    with pytest.raises(Refused):
        carry_out(office, number)  # the pause has not run out
    office.until(date(2031, 4, 15))
    assert carry_out(office, number) == []  # the version without it must be whole everywhere first
    office.copy_what_is_missing()
    assert carry_out(office, number) == []  # and the retired drive still has it
    for member in ("wang", "zhao"):
        confirm(office.actor(member), number, "DRV-01", how="消磁后粉碎")
    assert carry_out(office, number) == []  # no whole case went, but the recording did
    with office.catalogue.read() as connection:
        assert disposals.DISPOSALS.read(connection, office.home, number).state == "executed"
    names = sorted(name for name in office.packages() if name.startswith(objid))
    assert names == [f"{objid}_v0002"]
    assert not list(office.packages()[names[0]].rglob("*.wav"))
    assert not list(office.packages()[names[0]].rglob("*.flac"))
    assert len(list(office.packages()[names[0]].rglob("original/data/*.txt"))) == 3
    office.copy_what_is_missing()
    office.check_year()


def a_format_grows_old(office: Bureau) -> None:
    """A new policy makes new versions of the cases with photographs; the originals are what they were."""
    office.until(date(2033, 2, 1))
    shipped = locate("formats.toml", None).read_text(encoding="utf-8")
    own = '[[rule]]\nname = "photographs"\nkinds = ["image"]\nlossless = "raster"\ncompact = "raster"\naccess = "jpeg"\n\n'
    (office.home.profiles / "formats.toml").write_text(own + shipped, encoding="utf-8")
    made = list(
        campaign(office.home, office.catalogue, read_policy(office.home), actor="chen", jobs=1, watcher=Silent())
    )
    assert not [one for one in made if isinstance(one, Failed)]
    renewed = {name.partition("_")[0] for name, path in office.packages().items() if list(path.rglob("*.png"))}
    assert len(renewed) == 2
    office.copy_what_is_missing()
    office.check_year()


def the_law_changes(office: Bureau) -> None:
    """A rule below the legal minimum is refused; a longer one moves the days, by the head's decision."""
    office.until(date(2035, 1, 1))
    shipped = locate("retention.toml", None).read_text(encoding="utf-8")
    own = office.home.profiles / "retention.toml"
    own.write_text(shipped.replace("case_years = 10", "case_years = 3"), encoding="utf-8")
    with pytest.raises(Refused):
        rules_in_force.rules_now(office.home)
    longer = shipped.replace("case_years = 10 ", "case_years = 12 ").replace("years = 10\n", "years = 12\n")
    assert longer != shipped
    own.write_text(longer, encoding="utf-8")
    with office.catalogue.begin() as connection:
        changes = rule_changes.apply(office.home, connection, actor="li", moment=office.moment)
    assert changes.counts["longer"] >= 4
    office.promised = {
        objid: last.replace(year=last.year + 2) if last.year < 2040 else last for objid, last in office.promised.items()
    }


def the_first_cases_fall_due(office: Bureau, objids: list[str]) -> None:
    """Held for litigation, held at the last moment, made permanent, destroyed: each stays or goes as was decided."""
    office.until(date(2037, 2, 1))
    with pytest.raises(Refused):  # under the old rule they would have been due
        appraisals.draw(office.actor("chen"), office.today)
    office.until(date(2039, 1, 2))
    hold = add_hold(office.actor("wang"), [objids[0]], kind="litigation", reason="再审")
    office.held.add(objids[0])
    number = decide(office, kept={objids[3]: "典型案例"})
    office.until(date(2039, 1, 20))
    add_hold(office.actor("zhao"), [objids[2]], kind="complaint", reason="信访")
    office.held.add(objids[2])
    office.until(date(2039, 3, 1))
    assert carry_out(office, number) == []
    kept = {objids[0], objids[2], objids[3]}
    assert kept <= {name.partition("_")[0] for name in office.packages()}
    office.until(date(2040, 6, 1))
    release_hold(office.actor("wang"), hold.number, reason="再审已结")
    office.held.discard(objids[0])
    office.promised[objids[3]] = date.max


def the_house_burns(office: Bureau, drive: Loop) -> None:
    """The server and all that was on it is gone; the archive comes back from the drive in the other building."""
    office.until(date(2041, 7, 1))
    office.copy_what_is_missing()
    before = {name: sorted(path.rglob("*.txt")) for name, path in office.packages().items()}
    office.catalogue.close()
    shutil.rmtree(office.home.path)
    restored = restore_archive(office.folder / "again", [open_source(drive.top)], actor=acting_person(), now=office.now)
    assert [one for one in restored.findings if one.severity not in ("note",)] == [], restored.findings
    reopen(office, office.folder / "again")
    assert office.packages().keys() == before.keys()
    with office.catalogue.read() as connection:
        number = next(subject for action, subject in office.deeds if action == "request.returned")
        assert requests.REQUESTS.read(connection, office.home, number).state == "returned"
    office.check_year()


def nothing_comes_back(office: Bureau, drive: Loop, objids: list[str]) -> None:
    """Two go at last; the catalogue is made anew with the retired drive at hand, which nobody shredded in truth: they stay gone."""
    office.until(date(2043, 1, 1))
    number = decide(office)
    office.until(date(2044, 3, 1))
    assert sorted(carry_out(office, number)) == sorted(objids[n] for n in (0, 6))
    opened = open_medium(office.home, office.medium("DRV-01"), drive.top)
    assert isinstance(opened, Opened)
    old = opened.adapter
    assert {objids[0], objids[6]} <= {copy.name.partition("_")[0] for copy in old.copies()}
    office.catalogue.close()
    rebuild(office.home, [server_store(office.home), old], finish=rules_in_force.after_rebuild(office.home))
    office.catalogue = open_catalogue(office.home)
    office.check_day()
    office.check_year()


def it_burns_again(office: Bureau, newer: Loop, old: Loop, objids: list[str]) -> None:
    """Restored once more, from the drive in use and the old one that still has what was destroyed."""
    office.until(date(2045, 5, 1))
    office.copy_what_is_missing()
    before = set(office.packages())
    office.catalogue.close()
    shutil.rmtree(office.home.path)
    media = [open_source(old.top), open_source(newer.top)]
    restored = restore_archive(office.folder / "third", media, actor=acting_person(), now=office.now)
    refused = {one.where.partition("_")[0] for one in restored.findings if one.code == "storage.destroyed-not-restored"}
    assert {objids[0], objids[6]} <= refused
    reopen(office, office.folder / "third")
    assert set(office.packages()) == before
    office.check_day()
    office.check_year()


def the_last_years(office: Bureau) -> None:
    """A few cases more, copied and audited; what is old falls due, or never does."""
    for year in (2046, 2049, 2052):
        office.until(date(year, 4, 1))
        office.take_in(year, years=30)
        office.copy_what_is_missing()
        office.audit()
        office.check_year()
    office.until(date(2056, 2, 1))
    office.check_year()
