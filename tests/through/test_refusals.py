"""What the program refuses, through its door: status, sentence in both languages, nothing left, nothing touched."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.program import Archive, found, state_of
from tests.support.tiny_case import write_case


def no_description(place: Path) -> Path:
    case = write_case(place / "case")
    (case / "case.json").unlink()
    return case


def empty_description(place: Path) -> Path:
    case = write_case(place / "case")
    (case / "case.json").write_text("  \n")
    return case


def contradictory(place: Path) -> Path:
    return write_case(place / "case", closed="2026-01-01")


def listed_but_missing(place: Path) -> Path:
    case = write_case(place / "case")
    (case / "决定书.txt").unlink()
    return case


def present_but_unlisted(place: Path) -> Path:
    case = write_case(place / "case")
    (case / "另一份.txt").write_text("x")
    return case


def bag_with_wrong_digest(place: Path) -> Path:
    case = write_case(place / "bag" / "data")
    bag = case.parent
    (bag / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    lines = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  data/{p.name}\n" for p in sorted(case.iterdir())]
    lines[0] = "0" * 64 + lines[0][64:]
    (bag / "manifest-sha256.txt").write_text("".join(lines), encoding="utf-8")
    return bag


def _zipped(case: Path, extra: Callable[[zipfile.ZipFile], None]) -> Path:
    target = case.parent / "case.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(case.iterdir()):
            archive.write(path, path.name)
        extra(archive)
    return target


def zip_with_traversal(place: Path) -> Path:
    return _zipped(write_case(place / "case"), lambda archive: archive.writestr("../../escaped.txt", "x"))


def zip_bomb(place: Path) -> Path:
    return _zipped(write_case(place / "case"), lambda archive: archive.writestr("零.txt", b"\0" * (64 << 20)))


def symlink(place: Path) -> Path:
    case = write_case(place / "case")
    (case / "链接.txt").symlink_to("/etc/passwd")
    return case


def fifo(place: Path) -> Path:
    case = write_case(place / "case")
    os.mkfifo(case / "管道")
    return case


def workbook_with_entities(place: Path) -> Path:
    from preserve.description.workbook import write_workbook

    case = write_case(place / "case")
    (case / "case.json").unlink()
    write_workbook(place / "good.xlsx")
    out = io.BytesIO()
    with zipfile.ZipFile(place / "good.xlsx") as source, zipfile.ZipFile(out, "w") as target:
        for member in source.infolist():
            data = source.read(member)
            if member.filename == "xl/workbook.xml":
                laughs = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
                data = data.replace(b"?>", b"?>" + laughs, 1)
            target.writestr(member, data)
    (case / "案卷.xlsx").write_bytes(out.getvalue())
    return case


def state_secret(place: Path) -> Path:
    return write_case(place / "case", classification="国家秘密")


def two_descriptions(place: Path) -> Path:
    case = write_case(place / "case")
    (case / "case.toml").write_text("title = 'x'")
    return case


def nothing_there(place: Path) -> Path:
    return place / "没有"


TRICKS = {
    no_description: "sip.no-description",
    empty_description: "sip.description-empty",
    two_descriptions: "sip.many-descriptions",
    contradictory: "case.closed-before-start",
    listed_but_missing: "case.file-missing",
    present_but_unlisted: "case.file-unlisted",
    bag_with_wrong_digest: "ingest.digest-differs",
    zip_with_traversal: "sip.traversal",
    zip_bomb: "sip.bomb",
    symlink: "sip.symlink",
    fifo: "sip.fifo",
    workbook_with_entities: "case.workbook-entities",
    state_secret: "rule.state-secret",
    nothing_there: "sip.none",
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """One archive for all refusals: none of them may leave anything in it."""
    return found(tmp_path_factory.mktemp("archive") / "archive")


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.__name__)
def test_refused(trick: Callable[[Path], Path], archive: Archive, tmp_path: Path) -> None:
    deposit = trick(tmp_path)
    before = state_of(tmp_path)
    document = archive.json("ingest", str(deposit))
    assert document["status"] == 3
    codes = {document["error"]["code"]} | {f["code"] for f in document["findings"] if f["severity"] == "refuse"}
    assert TRICKS[trick] in codes, document
    done = archive.run("ingest", str(deposit), lang="zh")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    sentences = [line for line in done.stderr.splitlines() if line.startswith(("［拒收］", "未完成"))]
    assert sentences
    assert all(re.search("[\u4e00-\u9fff]{3}", line) for line in sentences)
    assert archive.packages() == []
    assert archive.leftovers() == []
    assert state_of(tmp_path) == before
    assert not (tmp_path.parent / "escaped.txt").exists()


def test_refusals_are_in_the_ledger(archive: Archive, tmp_path: Path) -> None:
    archive.run("ingest", str(contradictory(tmp_path)))
    exported = archive.run("ledger", "export").stdout.splitlines()
    entries = [json.loads(line) for line in exported]
    assert any(
        e["action"] == "ingest.refused" and "case.closed-before-start" in e["details"]["reasons"] for e in entries
    )
    assert archive.run("ledger", "verify").returncode == 0


def test_the_same_case_twice(tmp_path: Path) -> None:
    archive = found(tmp_path / "archive")
    case = write_case(tmp_path / "case")
    assert archive.run("ingest", str(case)).returncode == 0
    again = archive.json("ingest", str(case))
    assert (again["status"], again["error"]["code"]) == (3, "ingest.case-known")
    assert len(archive.packages()) == 1
    assert archive.leftovers() == []


def test_two_runs_of_one_case_at_once(tmp_path: Path) -> None:
    """One of them does it; the other is told that it is under way, or that it is done."""
    archive = found(tmp_path / "archive")
    case = write_case(tmp_path / "case")
    runs = [archive.start("ingest", str(case)) for _ in range(3)]
    ended = [(run.communicate(timeout=120), run.returncode) for run in runs]
    assert sorted(status for _, status in ended) == [0, 3, 3], ended
    assert len(archive.packages()) == 1
    assert archive.leftovers() == []
    assert archive.run("ledger", "verify").returncode == 0


def test_two_different_cases_at_once(tmp_path: Path) -> None:
    archive = found(tmp_path / "archive")
    cases = [write_case(tmp_path / f"case{n}", case_number=f"临文综罚〔2026〕{n}号") for n in range(3)]
    runs = [archive.start("ingest", str(case)) for case in cases]
    ended = [(run.communicate(timeout=120), run.returncode) for run in runs]
    assert [status for _, status in ended] == [0, 0, 0], ended
    assert len(archive.packages()) == 3
    assert archive.run("ledger", "verify").returncode == 0
    assert archive.leftovers() == []


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    """It is not taken in as something it never was; once it is still, the same command succeeds."""
    archive = found(tmp_path / "archive")
    objects = [{"file": name, "kind": "现场录像", "stage": "调查"} for name in ("笔录.txt", "决定书.txt", "大.bin")]
    case = write_case(tmp_path / "case", objects=objects)
    big = case / "大.bin"
    big.write_bytes(os.urandom(1 << 20) * 300)
    stop = threading.Event()

    def scribble() -> None:
        with big.open("r+b") as stream:
            while not stop.is_set():
                stream.seek(1 << 20)
                stream.write(os.urandom(64))
                stream.flush()

    writer = threading.Thread(target=scribble)
    writer.start()
    try:
        document = archive.json("ingest", str(case))
    finally:
        stop.set()
        writer.join()
    assert document["status"] in (3, 4), document
    assert archive.packages() == []
    done = archive.run("ingest", "--restart", str(case))
    assert done.returncode == 0, done.stderr
    assert archive.run("verify", str(archive.packages()[0])).returncode == 0


def test_no_ffmpeg_where_the_policy_needs_it(tmp_path: Path) -> None:
    from demo.make_case import make_case

    archive = found(tmp_path / "archive")
    case = make_case(tmp_path / "case", small=True)
    done = archive.run("ingest", str(case), path="/nowhere")
    assert done.returncode == 7, done.stderr
    assert "doctor" in done.stderr
    assert archive.packages() == []
    assert archive.run("ingest", str(case)).returncode == 0
    assert archive.leftovers() == []


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    """A read-only file system, which stops even root."""
    home = tmp_path / "mounted"
    home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(home)], check=True)
    try:
        archive = found(home / "archive")
        subprocess.run(["mount", "-o", "remount,ro", str(home)], check=True)
        done = archive.run("ingest", str(write_case(tmp_path / "case")))
        assert done.returncode == 5, done.stderr
        assert "Traceback" not in done.stderr
    finally:
        subprocess.run(["umount", "-l", str(home)], check=True)


def test_a_case_that_cannot_fit_is_refused_before_it_begins(tmp_path: Path) -> None:
    archive = found(tmp_path / "archive")
    settings = archive.home / "preserve.toml"
    settings.write_text(settings.read_text() + f"reserve = {1 << 60}\n")
    done = archive.run("ingest", str(write_case(tmp_path / "case")))
    assert done.returncode == 5, done.stderr
    assert archive.leftovers() == []
    assert archive.packages() == []


@pytest.mark.parametrize("room", [1, 2, 3, 4, 5, 6, 7], ids=lambda room: f"{room}x256KiB")
def test_the_disk_fills_up_at_any_step(room: int, tmp_path: Path) -> None:
    """Whatever the step, the run stops with status 5; with room again the same command ends well."""
    from demo.make_case import make_case

    place = tmp_path / "mounted"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", str(place)], check=True)
    try:
        archive = found(place / "archive")
        settings = archive.home / "preserve.toml"
        settings.write_text(settings.read_text() + "reserve = 0\n")
        case = make_case(tmp_path / "case", small=True)
        before = state_of(case)
        # The reckoning is made blind, so that the run begins although it cannot fit.
        formats = (Path(__file__).parents[2] / "profiles" / "formats.toml").read_text(encoding="utf-8")
        head, _, _ = formats.partition("[estimate]")
        names = ("ffv1", "ffv1_pixel", "rewrap", "flac", "raster", "pdfa", "utf8", "mp4", "m4a", "jpeg")
        (archive.home / "profiles" / "formats.toml").write_text(
            head + "[estimate]\n" + "".join(f"{name} = 0.0\n" for name in names), encoding="utf-8"
        )
        ballast = place / "ballast"
        free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
        with ballast.open("wb") as stream:
            # 9 MiB is what the blind reckoning still asks for; the rest goes while the run is under way.
            os.posix_fallocate(stream.fileno(), 0, free - (10 << 20))
        process = archive.start("ingest", str(case))
        while not archive.log_acts() and process.poll() is None:
            try:
                process.wait(0.003)
            except subprocess.TimeoutExpired:
                continue
        more = place / "more"
        left = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize - (room << 18)
        if left > 0:
            with more.open("wb") as stream:
                os.posix_fallocate(stream.fileno(), 0, left)
        _, error = process.communicate(timeout=120)
        assert process.returncode in (0, 5), error
        assert "Traceback" not in error
        ballast.unlink()
        more.unlink(missing_ok=True)
        done = archive.run("ingest", str(case))
        assert done.returncode in (0, 3), done.stderr
        (package,) = archive.packages()
        assert archive.run("verify", str(package)).returncode == 0
        assert archive.leftovers() == []
        assert archive.run("ledger", "verify").returncode == 0
        assert state_of(case) == before
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_the_disk_fills_up_under_the_worker_processes(tmp_path: Path) -> None:
    """With many files the copying is done by other processes, whose errors must arrive as what they are."""
    place = tmp_path / "mounted"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", str(place)], check=True)
    try:
        archive = found(place / "archive")
        settings = archive.home / "preserve.toml"
        settings.write_text(settings.read_text() + "reserve = 0\n")
        names = [f"文书{number:03}.txt" for number in range(400)]
        objects = [{"file": name, "kind": "笔录", "stage": "调查"} for name in ("笔录.txt", "决定书.txt", *names)]
        case = write_case(tmp_path / "case", objects=objects)
        for name in names:
            (case / name).write_bytes(b"x" * 50_000)
        ballast = place / "ballast"
        process = archive.start("ingest", str(case))
        while not archive.log_acts() and process.poll() is None:
            try:
                process.wait(0.003)
            except subprocess.TimeoutExpired:
                continue
        with ballast.open("wb") as stream:
            free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
            os.posix_fallocate(stream.fileno(), 0, max(free - (2 << 20), 1))
        _, error = process.communicate(timeout=120)
        assert process.returncode == 5, error
        assert "Traceback" not in error
        ballast.unlink()
        done = archive.run("ingest", str(case))
        assert done.returncode == 0, done.stderr
        assert archive.run("verify", str(archive.packages()[0])).returncode == 0
        assert archive.leftovers() == []
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
