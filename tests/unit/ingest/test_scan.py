"""Contents are scanned with a real clamd and a signature of our own; what was not scanned is never said to be clean."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import shutil
import socket
import subprocess
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.errors import Refused, ToolMissing
from preserve.ingest.receive import DepositProfile, receive
from preserve.ingest.scan import require_clean, scan
from preserve.profiles import read_profile
from tests.support.sips import reject
from tests.support.sips.parts import folder

PROFILE = read_profile("deposit.toml", DepositProfile)
BAD = b"these bytes stand for a virus in this test"


@pytest.fixture(scope="module")
def clamd() -> Iterator[str]:
    """A clamd that knows one signature and takes at most a mebibyte."""
    with tempfile.TemporaryDirectory(prefix="clam") as name:
        place = Path(name)
        (place / "db").mkdir()
        (place / "db" / "own.hdb").write_text(f"{hashlib.md5(BAD).hexdigest()}:{len(BAD)}:Own.Test.Virus\n")
        (place / "clamd.conf").write_text(
            f"LocalSocket {place}/s\nDatabaseDirectory {place}/db\nForeground yes\nStreamMaxLength 1M\n"
            f"TemporaryDirectory {place}\nLogFile {place}/log\n"
        )
        process = subprocess.Popen(
            ["clamd", "-c", f"{place}/clamd.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            until = time.monotonic() + 60
            while not _answers(f"{place}/s"):
                assert time.monotonic() < until, (place / "log").read_text()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    pytest.fail(f"clamd ended with {process.wait(0.05)}")
            yield f"{place}/s"
        finally:
            process.terminate()
            process.wait()


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as trial:
        return trial.connect_ex(path) == 0


def codes(path: Path, address: str, scratch: Path) -> dict[str, str]:
    """Codes of what a scan found, with where."""
    findings = scan(receive(path, PROFILE), PROFILE, address, scratch, lambda moved: None)
    return {finding.code: finding.where for finding in findings}


def test_clean_infected_and_too_large(clamd: str, tmp_path: Path) -> None:
    path = folder(tmp_path / "d", {"净.txt": b"clean"})
    assert codes(path, clamd, tmp_path) == {}
    (path / "大.bin").write_bytes(bytes(8 << 20))
    assert codes(path, clamd, tmp_path) == {"sip.not-scanned": "大.bin", "sip.scan-incomplete": ""}
    (path / "大.bin").unlink()
    (path / "坏.bin").write_bytes(BAD)
    findings = scan(receive(path, PROFILE), PROFILE, clamd, tmp_path, lambda moved: None)
    assert [(f.code, f.where, f.severity) for f in findings] == [("sip.virus", "坏.bin", "refuse")]
    assert str(findings[0].values["virus"]).startswith("Own.Test.Virus")
    with pytest.raises(Refused):
        require_clean(findings)


def test_beyond_the_scanners_limit_is_not_even_sent(clamd: str, tmp_path: Path) -> None:
    profile = PROFILE.model_copy(update={"largest_scanned": len(BAD) - 1})
    path = folder(tmp_path / "d", {"坏.bin": BAD})
    found = scan(receive(path, profile), profile, clamd, tmp_path, lambda moved: None)
    assert [f.code for f in found if f.where == "坏.bin"] == ["sip.not-scanned"]


def test_without_clamd_it_says_not_scanned(tmp_path: Path) -> None:
    assert codes(folder(tmp_path / "d"), "", tmp_path) == {"sip.no-scanner": ""}


def test_a_silent_clamd_stops_the_ingest(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing) as error:
        codes(folder(tmp_path / "d"), str(tmp_path / "nobody"), tmp_path)
    assert error.value.code == "sip.clamd-silent"


@pytest.mark.parametrize("trick", sorted(reject.NESTED))
def test_archives_in_the_deposit(trick: str, tmp_path: Path) -> None:
    code, make = reject.NESTED[trick]
    with pytest.raises(Refused) as refusal:
        require_clean(scan(receive(make(tmp_path), PROFILE), PROFILE, "", tmp_path, lambda moved: None))
    assert [finding.code for finding in refusal.value.findings] == [code]


def test_locked_and_damaged_archives_are_kept_and_named(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("一.txt", b"x")
    locked = bytearray(made.getvalue())
    locked[locked.rindex(b"PK\1\2") + 8] |= 1
    path = folder(tmp_path / "d", {"锁.zip": bytes(locked), "坏.ZIP": made.getvalue()[:20]})
    found = codes(path, "", tmp_path)
    assert found == {"sip.nested-encrypted": "锁.zip", "sip.nested-damaged": "坏.ZIP", "sip.no-scanner": ""}


def _rolled(data: bytes, name: str = "内.bin") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return made.getvalue()


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.tar.gz", _rolled(b"x" * 5000)[:-20], "sip.nested-damaged"),
        ("a.tgz", b"no archive at all", "sip.nested-damaged"),
        ("a.log.gz", gzip.compress(b"x" * 5000)[:-4] + b"\0\0\0\0", "sip.nested-damaged"),
        ("a.tar.gz", _rolled(bytes(64 << 20)), "sip.bomb"),
        ("a.gz", gzip.compress(bytes(64 << 20)), "sip.bomb"),
        (
            "a.tar.gz",
            _rolled(_rolled(_rolled(_rolled(b"x", "d.txt"), "c.tgz"), "b.tgz"), "a.tgz"),
            "sip.nested-too-deep",
        ),
    ],
    ids=["cut tar", "no tar", "wrong length", "swelling tar", "swelling gzip", "too deep"],
)
def test_tar_and_gzip_in_the_deposit(name: str, data: bytes, code: str, packed: bool, tmp_path: Path) -> None:
    deposit = folder(tmp_path / "d", {name: data, "好.tar.gz": _rolled(b"x"), "好.gz": gzip.compress(b"x")})
    if packed:
        deposit = Path(shutil.make_archive(str(tmp_path / "d"), "tar", deposit))
    found = codes(deposit, "", tmp_path)
    assert found[code].startswith(name) and set(found) == {code, "sip.no-scanner"}
