"""The nightly audit on real packages: every damage is found and named, nothing falsely; what can be repaired is."""

from __future__ import annotations

import contextlib
import email
import email.policy
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import bagit
import pikepdf
import pytest
from lxml import etree

from demo.make_case import make_case
from metadata.entities import Event
from metadata.premis import read_premis
from metadata.schemas import premis_schema
from preserve.archival_storage.auditing import AuditReport, run_audit
from preserve.archival_storage.drill import run_drills
from preserve.archival_storage.pace import Budget
from preserve.archival_storage.policy import read_policy
from preserve.clock import now
from preserve.data_management import audit_records
from preserve.data_management.archive import Archive as OpenArchive
from preserve.data_management.audits import runs
from preserve.data_management.database import open_catalogue
from preserve.home import open_home
from tests.support.catalogue_state import state
from tests.support.loop import loop
from tests.support.object_store import free_ports
from tests.support.program import Archive, found, kill
from tests.support.started import Started
from tests.through.test_media import another, digests

pytestmark = pytest.mark.xdist_group("audit")
POLICY = """[[ordinary]]
kind = "directory"
[[long_term]]
kind = "directory"
[[long_term]]
kind = "drive"
recovery = 10
[audit.directory]
days = 0
share = 1.0
[audit.drive]
days = 730
share = 0.1
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("audit")
    archive = found(folder / "archive", "--digests", "sm3")
    (archive.home / "profiles" / "storage.toml").write_text(POLICY)
    first = make_case(folder / "案件", small=True)
    for sip in (first, another(first, "临文综罚〔2026〕701号", 300_000)):
        done = archive.run("ingest", str(sip))
        assert done.returncode == 0, done.stderr
    archive.run("list")
    return archive


@pytest.fixture
def archive(made: Archive, tmp_path: Path) -> Archive:
    shutil.copytree(made.home, tmp_path / "archive", symlinks=True)
    return Archive(tmp_path / "archive")


def audit(archive: Archive, moment: datetime | None = None, **more: object) -> AuditReport:
    """A run at another time of the world's."""
    home = open_home(archive.home)
    catalogue = open_catalogue(home)
    try:
        return run_audit(
            OpenArchive(home, catalogue, (lambda: moment) if moment else now),
            read_policy(home.profiles),
            Budget(),
            actor="scheduler",
            **more,  # type: ignore[arg-type]
        )
    finally:
        catalogue.close()


def payload(package: Path, ending: str) -> Path:
    return next(path for path in sorted(package.rglob(f"*{ending}")) if path.is_file())


def flip(package: Path) -> set[str]:
    path = payload(package, ".mp4")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)
    return {str(path.relative_to(package))}


def truncate(package: Path) -> set[str]:
    path = payload(package, ".mp4")
    os.truncate(path, path.stat().st_size - 1)
    return {str(path.relative_to(package))}


def zero(package: Path) -> set[str]:
    path = payload(package, ".mp4")
    with path.open("r+b") as stream:
        stream.seek(4096)
        stream.write(bytes(4096))
    return {str(path.relative_to(package))}


def swap(package: Path) -> set[str]:
    one, two = (path for path in sorted(package.rglob("*.mp4"))[:2])
    one.rename(package / "third")
    two.rename(one)
    (package / "third").rename(two)
    return {str(one.relative_to(package)), str(two.relative_to(package))}


def delete(package: Path) -> set[str]:
    path = payload(package, ".xml")
    path.unlink()
    return {str(path.relative_to(package))}


def add(package: Path) -> set[str]:
    (package / "data" / "多出.txt").write_text("x")
    return {"data/多出.txt"}


def rename(package: Path) -> set[str]:
    path = payload(package, ".mp4")
    path.rename(path.with_name("别名.mp4"))
    return {str(path.relative_to(package)), str(path.with_name("别名.mp4").relative_to(package))}


def empty(package: Path) -> set[str]:
    path = payload(package, ".mp4")
    path.write_bytes(b"")
    return {str(path.relative_to(package))}


def link(package: Path) -> set[str]:
    path = payload(package, ".mp4")
    shutil.move(path, package.parent.parent / "elsewhere.mp4")
    path.symlink_to(package.parent.parent / "elsewhere.mp4")
    return {str(path.relative_to(package))}


def manifest(package: Path) -> set[str]:
    path = package / "manifest-sha256.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("a", "b", 1), encoding="utf-8")
    return {"manifest-sha256.txt"}


def second_tag_manifest(package: Path) -> set[str]:
    path = package / "tagmanifest-sm3.txt"
    path.write_text(path.read_text(encoding="utf-8")[1:], encoding="utf-8")
    return {path.read_text(encoding="utf-8").split()[1]}


def forge(package: Path) -> set[str]:
    """The bytes of a file are replaced, and every manifest is made to agree, as a forger would."""
    path = payload(package, ".mp4")
    manifests = (package / "manifest-sha256.txt", package / "tagmanifest-sha256.txt")
    changed = {path: path.read_bytes(), manifests[0]: manifests[0].read_bytes()}
    path.write_bytes(changed[path] + b"x")
    for (file, before), manifest in zip(changed.items(), manifests, strict=True):
        after = hashlib.sha256(file.read_bytes()).hexdigest()
        text = manifest.read_text(encoding="utf-8")
        manifest.write_text(text.replace(hashlib.sha256(before).hexdigest(), after), encoding="utf-8")
    return {manifest.name for manifest in manifests}


def lose(package: Path) -> set[str]:
    shutil.rmtree(package)
    return set()


WOUNDS = [flip, truncate, zero, swap, delete, add, rename, empty, link, manifest, second_tag_manifest, forge, lose]


@pytest.mark.parametrize("wound", WOUNDS, ids=lambda wound: wound.__name__)
def test_every_damage_is_found_and_named(wound: Callable[[Path], set[str]], archive: Archive) -> None:
    hurt, whole = archive.packages()
    named = wound(hurt)
    report = audit(archive)
    assert report.status == 4
    assert [check.name for check in report.damaged] == [hurt.name]
    assert {one.path for one in report.damaged[0].problems} == named
    assert (report.counts["intact"], report.counts["damaged"]) == (1, 1)
    states = {one["name"]: copy["state"] for one in archive.json("copies")["cases"] for copy in one["copies"]}
    assert states == {hurt.name: "suspect", whole.name: "verified"}
    assert not [case for case in archive.json("copies")["cases"] if case["name"] == hurt.name and case["sealed"]]
    listed = archive.json("audit", "history", hurt.name)["records"]
    assert {row["path"] for row in listed if row["path"]} == named


def test_a_whole_archive_is_intact_and_the_records_are_anchored(archive: Archive) -> None:
    done = archive.run("audit", "run")
    assert done.returncode == 0, done.stderr
    home = open_home(archive.home)
    (file,) = audit_records.files_of(home.store)
    with open_catalogue(home).read() as connection:
        anchored = audit_records.anchored(connection)
        assert anchored == {file.relative_to(home.store).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()}
    assert archive.run("ledger", "verify").returncode == 0
    import pyarrow.parquet as pq

    assert pq.read_table(file)["outcome"].to_pylist() == ["intact", "intact"]
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    done = archive.run("audit", "run")
    assert done.returncode == 4
    assert "audit records was altered" in done.stdout + done.stderr


def test_the_catalogue_is_rebuilt_with_the_times_of_the_last_checks(archive: Archive) -> None:
    audit(archive, now() + timedelta(days=3))
    home = open_home(archive.home)
    catalogue = open_catalogue(home)
    with catalogue.read() as connection:
        before = state(connection)
    catalogue.close()
    assert archive.run("catalogue", "rebuild").returncode == 0
    with open_catalogue(home).read() as connection:
        after = state(connection)
    assert {row[6] for row in before["copies"]} != {None}
    assert after["copies"] == before["copies"]
    assert after["audits"] == before["audits"]


def test_a_catalogue_that_contradicts_the_ledger_is_not_believed(archive: Archive) -> None:
    hurt, _ = archive.packages()
    with sqlite3.connect(archive.home / "catalogue.sqlite") as connection:
        connection.execute("UPDATE versions SET manifest_sha256 = ? WHERE name = ?", ("0" * 64, hurt.name))
    connection.close()
    report = audit(archive)
    assert [(check.name, check.reason) for check in report.damaged] == [(hurt.name, "no-anchor")]


def test_within_a_budget_it_goes_on_where_it_stopped(archive: Archive) -> None:
    runs = 0
    counts: dict[str, int] = {}
    size = 0
    first = now()
    while counts.get("intact", 0) < 2:
        done = archive.json("audit", "run", "--bytes", "150kB")
        assert done["ok"], done
        for name, count in done["counts"].items():
            counts[name] = counts.get(name, 0) + count
        runs += 1
        size += done["bytes"]
        assert runs < 60
    assert runs > 3, "the budget was not kept"
    total = sum(path.stat().st_size for package in archive.packages() for path in package.rglob("*") if path.is_file())
    assert size <= total * 1.2, "files were read again and again"
    assert first <= now()


def test_outside_its_hours_it_reads_nothing(archive: Archive) -> None:
    here = now() + timedelta(hours=8)  # the archive's zone is Asia/Shanghai
    window = f"{here + timedelta(hours=2):%H:%M}-{here + timedelta(hours=3):%H:%M}"
    done = archive.json("audit", "run", "--hours", window)
    assert (done["state"], done["reason"], done["bytes"]) == ("stopped", "hours", 0)


def wait_for(process: Started | subprocess.Popen[str], archive: Archive, name: str) -> None:
    """Until a run that goes on left a file of this name."""
    while not list((archive.home / "work").glob(name)):
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.01)
        assert process.poll() is None, process.communicate()


def test_two_at_once(archive: Archive) -> None:
    process = archive.start("audit", "run", "--share", "0.01")
    try:
        wait_for(process, archive, "audit.lock")
        assert archive.run("audit", "run").returncode == 3
    finally:
        kill(process)


def test_a_killed_run_is_closed_as_failed_and_nothing_is_lost(archive: Archive) -> None:
    flip(archive.packages()[0])
    process = archive.start("audit", "run", "--share", "0.1")
    wait_for(process, archive, "audit-*.jsonl")  # one copy is recorded, the other not yet
    kill(process)
    done = archive.json("audit", "run")
    assert done["status"] == 4
    assert "audit.died" in [finding["code"] for finding in done["findings"]]
    rows = archive.json("audit", "history", archive.packages()[0].name)["records"]
    assert [row["outcome"] for row in rows if not row["path"]].count("damaged") >= 1
    assert not list((archive.home / "work").glob("audit-*.jsonl"))


def test_a_store_that_is_not_there_is_not_checked_and_not_damaged(archive: Archive) -> None:
    (archive.home / "store" / "medium.json").rename(archive.home / "medium.json")
    report = audit(archive)
    assert report.status == 5
    assert [check.reason for check in report.unchecked] == ["medium-absent"]
    assert not report.damaged
    states = {copy["state"] for one in archive.json("copies")["cases"] for copy in one["copies"]}
    assert states == {"verified"}


def test_another_medium_in_its_place_is_not_checked(archive: Archive) -> None:
    marker = archive.home / "store" / "medium.json"
    marker.write_text(json.dumps({**json.loads(marker.read_text()), "medium": "store-of-others"}))
    report = audit(archive)
    assert [check.reason for check in report.unchecked] == ["wrong-medium"]
    assert (report.status, report.damaged) == (5, [])


def test_a_full_disk_under_the_audit_is_told_and_the_run_fails(archive: Archive) -> None:
    work = archive.home / "work"
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", work], check=True)
    try:
        with (work / "fill").open("wb", buffering=0) as stream, contextlib.suppress(OSError):
            while True:
                stream.write(b"x" * 4096)
        done = archive.run("audit", "run")
        assert done.returncode == 5, done.stderr
        assert "Traceback" not in done.stderr and "room" in done.stderr
    finally:
        subprocess.run(["umount", work], check=True)
    with open_catalogue(open_home(archive.home)).read() as connection:
        assert [run.state for run in runs(connection)] == ["failed"]
    assert archive.run("audit", "run").returncode == 0


def test_a_drive_damaged_under_a_warm_cache_and_repaired(archive: Archive, tmp_path: Path) -> None:
    """The bytes on the device change while the cache still holds the old ones; and each copy mends the other."""
    with loop(tmp_path, "drive", "256M") as drive:
        add = ["media", "add", "drive", str(drive.top), "--label", "DRV-01"]
        assert archive.run(*add).returncode == 0
        assert archive.run("replicate").returncode == 0
        there = {package.name: digests(package) for package in (drive.top / "packages").iterdir()}
        name = archive.packages()[1].name
        target = payload(drive.top / "packages" / name, "附件 大.bin")
        known = target.read_bytes()  # warm
        image = drive.image.read_bytes()
        place = image.find(known[4096 : 4096 + 64])
        assert place > 0
        with drive.image.open("r+b") as stream:
            stream.seek(place)
            stream.write(b"\xff" * 16)
        assert target.read_bytes() == known, "the cache was not warm"
        report = audit(archive, now() + timedelta(days=900))
        assert [(check.name, check.reason) for check in report.damaged] == [(name, "altered")]
        # The store's own copy of another file is hurt at the same time.
        flip(archive.packages()[1])
        assert archive.run("audit", "run").returncode == 4
        done = archive.run("repair")
        assert done.returncode == 0, done.stderr
        assert {package.name: digests(package) for package in archive.packages()} == there
        assert {package.name: digests(package) for package in (drive.top / "packages").iterdir()} == there
        for package in [*archive.packages(), *(drive.top / "packages").iterdir()]:
            bagit.Bag(str(package)).validate()
        assert len(list((drive.top / "quarantine").iterdir())) == 1
        assert archive.run("repair", "--release", name, "--reason", "已核对").returncode == 0
        assert list((archive.home / "store" / "quarantine").iterdir()) == []
        assert all(case["sealed"] for case in archive.json("copies")["cases"])


def test_what_became_of_a_package_in_the_words_of_premis(archive: Archive, tmp_path: Path) -> None:
    hurt, whole = archive.packages()
    flip(hurt)
    assert archive.run("audit", "run").returncode == 4
    assert archive.run("repair").returncode == 4
    assert archive.run("audit", "drill").returncode == 0
    file = tmp_path / "premis.xml"
    for package, wanted in (
        (hurt, [("replication", "success"), ("fixity check", "fail"), ("recovery", "fail")]),
        (whole, [("replication", "success"), ("fixity check", "success"), ("validation", "success")]),
    ):
        file.unlink(missing_ok=True)  # what is there already is not written over
        assert archive.run("audit", "history", package.name, "--premis", str(file)).returncode == 0
        premis_schema().assertValid(etree.parse(file))
        events = [one for one in read_premis(file) if isinstance(one, Event)]
        assert [(event.kind, event.outcome) for event in events] == wanted


def test_killed_between_two_renames_what_is_in_quarantine_still_helps(archive: Archive, tmp_path: Path) -> None:
    """Both copies are hurt in different files, and of one only the quarantined bytes are left."""
    with loop(tmp_path, "drive", "128M") as drive:
        assert archive.run("media", "add", "drive", str(drive.top), "--label", "DRV-01").returncode == 0
        assert archive.run("replicate").returncode == 0
        package = archive.packages()[0]
        before = digests(package)
        flip(package)
        delete(drive.top / "packages" / package.name)
        audit(archive, now() + timedelta(days=900))
        (archive.home / "store" / "quarantine").mkdir()
        package.rename(archive.home / "store" / "quarantine" / f"{package.name}.01")
        done = archive.run("repair")
        assert done.returncode == 0, done.stderr
        assert digests(package) == digests(drive.top / "packages" / package.name) == before


def test_a_drive_mends_itself_from_its_recovery_data(archive: Archive, tmp_path: Path) -> None:
    with loop(tmp_path, "drive", "256M") as drive:
        assert archive.run("media", "add", "drive", str(drive.top), "--label", "DRV-01").returncode == 0
        assert archive.run("replicate").returncode == 0
        name = archive.packages()[1].name
        before = digests(archive.packages()[1])
        flip(drive.top / "packages" / name)
        flip(archive.packages()[1])  # the same byte of the same file: no other copy helps
        audit(archive, now() + timedelta(days=900))
        done = archive.json("repair")
        assert done["ok"], done
        assert digests(archive.packages()[1]) == before
        assert digests(drive.top / "packages" / name) == before
        sources = {place for one in done["repairs"] for place in one["taken"]}
        assert "DRV-01 (par2)" in sources


def test_what_nobody_holds_any_more_is_named_and_nothing_is_touched(archive: Archive) -> None:
    hurt, _ = archive.packages()
    named = flip(hurt)
    before = digests(hurt)
    assert archive.run("audit", "run").returncode == 4
    done = archive.json("repair")
    assert done["status"] == 4
    assert set(done["repairs"][0]["lost"]) == named
    assert digests(hurt) == before
    assert archive.leftovers() == []
    # Another package's bytes under the same name are no source.
    other = archive.home.parent / "other"
    shutil.copytree(archive.home / "store", other)
    assert archive.run("repair", "--from", str(other)).returncode == 4
    assert digests(hurt) == before


class Webhook(BaseHTTPRequestHandler):
    """Keeps what is posted to it."""

    seen: ClassVar[list[dict[str, object]]] = []

    def do_POST(self) -> None:
        self.seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        return None


def test_people_are_told_by_mail_and_webhook(archive: Archive) -> None:
    from aiosmtpd.controller import Controller
    from aiosmtpd.handlers import Mailbox

    (archive.home / "mail").mkdir()
    (port,) = free_ports(1)
    mail = Controller(Mailbox(str(archive.home / "mail" / "box")), hostname="127.0.0.1", port=port)
    mail.start()
    hook = HTTPServer(("127.0.0.1", 0), Webhook)
    thread = threading.Thread(target=hook.serve_forever, daemon=True)
    thread.start()
    try:
        text = f"""[notify]
smtp = "127.0.0.1:{port}"
sender = "archive@example.org"
receivers = ["li@example.org"]
webhook = "http://127.0.0.1:{hook.server_address[1]}/"
"""
        (archive.home / "profiles" / "audit.toml").write_text(text)
        assert archive.run("audit", "run").returncode == 0
        assert Webhook.seen == []
        named = flip(archive.packages()[0])
        assert archive.run("audit", "run", lang="zh").returncode == 4
        assert [one["status"] for one in Webhook.seen] == [4]
        (letter,) = list((archive.home / "mail" / "box" / "new").iterdir())
        message = email.message_from_bytes(letter.read_bytes(), policy=email.policy.default)
        assert message["To"] == "li@example.org" and "临江市文化和旅游局" in message["Subject"]
        body = message.get_content().replace("\n", "")
        assert next(iter(named)) in body
    finally:
        mail.stop()
        hook.shutdown()
        hook.server_close()  # who listens but never answers is waited for
    done = archive.run("audit", "run", lang="zh")
    assert "通知未能发出" in done.stderr


def test_the_report_tells_all_of_it_on_page_and_paper(archive: Archive, tmp_path: Path) -> None:
    hurt, _ = archive.packages()
    named = flip(hurt)
    assert archive.run("audit", "run").returncode == 4
    assert archive.run("repair").returncode == 4
    assert archive.run("audit", "drill").returncode in (0, 4)
    done = archive.run("audit", "report", "--output", str(tmp_path / "report"))
    assert done.returncode == 0, done.stderr
    made = {path.suffixes[-2] + path.suffix: path for path in (tmp_path / "report").iterdir()}
    assert set(made) == {".zh.html", ".en.html", ".zh.pdf", ".en.pdf"}
    page = made[".zh.html"].read_text(encoding="utf-8")
    for word in ("四性检测", "真实性", "不通过", "恢复演练", "检测覆盖", *named):
        assert word in page
    assert page.count("<svg") == 2 and "http" not in page.replace("http://www.w3.org/2000/svg", "")
    paper = subprocess.run(["pdftotext", made[".en.pdf"], "-"], capture_output=True, text=True, check=True).stdout
    for word in ("Report on the safety of the copies", "Four-property test", "copies are damaged or suspect"):
        assert word in paper
    with pikepdf.open(made[".zh.pdf"]) as document, document.open_metadata() as metadata:
        assert metadata.pdfa_status == "2B"
    shown = archive.json("audit", "report", "--output", str(tmp_path / "again"))
    assert (shown["suspect"], shown["failures"]) == (1, 2)


def test_a_drill_restores_from_one_copy_and_leaves_nothing(archive: Archive) -> None:
    done = archive.json("audit", "drill")
    assert [one["whole"] for one in done["done"]] == [True, True]
    assert archive.json("audit", "drill")["before"] == 2
    assert archive.leftovers() == []
    flip(archive.packages()[0])
    flip(archive.packages()[1])
    (archive.home / "profiles" / "audit.toml").write_text("[drills]\npackages = 1\n")
    home = open_home(archive.home)
    catalogue = open_catalogue(home)
    next_month = now() + timedelta(days=31)
    result = run_drills(home, catalogue, 1, actor="scheduler", now=lambda: next_month)
    catalogue.close()
    assert [one.whole for one in result.done] == [False]
    states = sorted(copy["state"] for one in archive.json("copies")["cases"] for copy in one["copies"])
    assert states == ["suspect", "verified"]


def test_off_line_media_are_drawn_and_asked_for(archive: Archive, tmp_path: Path) -> None:
    later = now() + timedelta(days=800)
    with loop(tmp_path, "drive", "128M") as drive:
        added = ["media", "add", "drive", str(drive.top), "--label", "DRV-01", "--place", "二号楼/A架"]
        assert archive.run(*added).returncode == 0
        assert archive.run("replicate").returncode == 0
        assert audit(archive).insert == []
        drive.unmount()
        report = audit(archive, later)
        assert report.status == 5
        assert [(one.label, one.place, one.how) for one in report.insert] == [("DRV-01", "二号楼/A架", "insert")]
        assert [one.label for one in report.overdue] == ["DRV-01"]
        drive.mount()
        report = audit(archive, later + timedelta(days=1))
        assert report.status == 0
        assert report.counts["intact"] == 4
        assert report.insert == report.overdue == []
