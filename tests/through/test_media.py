"""From the ingest to drives and discs and back, through the program and read by others: with cases larger than a disc."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import bagit
import pytest

from demo.make_case import make_case
from preserve.data_management import looks
from preserve.data_management.database import open_catalogue
from preserve.home import open_home
from tests.support.catalogue_state import state
from tests.support.loop import loop
from tests.support.program import Archive, found, kill, state_of

pytestmark = pytest.mark.xdist_group("media")

# Discs so small that one case is divided by files and one file by ranges.
TINY = """disc = "TINY"
[kinds.TINY]
capacity = 30000000
words = []
recovery = 0
"""
POLICY = """[[ordinary]]
kind = "directory"
[[ordinary]]
kind = "optical"
count = 2
[[long_term]]
kind = "directory"
[[long_term]]
kind = "drive"
recovery = 5
[[long_term]]
kind = "optical"
count = 2
"""


@dataclass
class Kept:
    """An archive with three cases on four discs, each burned twice."""

    archive: Archive
    discs: list[Path]
    composed: dict[str, object]
    original: dict[str, dict[str, tuple[int, int, str]]]


def another(case: Path, number: str, size: int) -> Path:
    """A like case with another number and one more file."""
    made = case.parent / number
    shutil.copytree(case, made)
    content = json.loads((made / "case.json").read_text(encoding="utf-8"))
    content |= {"case_number": number, "archival_number": number}
    content["objects"].append({**content["objects"][0], "file": "附件 大.bin"})
    (made / "case.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    (made / "附件 大.bin").write_bytes(os.urandom(size))
    return made


def digests(folder: Path) -> dict[str, tuple[int, str]]:
    return {name: (size, digest) for name, (size, _, digest) in state_of(folder).items()}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("media")
    archive = found(folder / "archive")
    (archive.home / "profiles" / "media.toml").write_text(TINY)
    (archive.home / "profiles" / "storage.toml").write_text(POLICY)
    first = make_case(folder / "案件", small=True)
    for sip in (
        first,
        another(first, "临文综罚〔2026〕501号", 9_000_000),
        another(first, "临文综罚〔2026〕502号", 70_000_000),
    ):
        done = archive.run("ingest", str(sip))
        assert done.returncode == 0, done.stderr
    composed = archive.json("disc", "compose", "--now")
    assert composed["ok"], composed
    discs = []
    for one in composed["discs"]:
        disc = folder / f"{one['volume_id']}.disc"
        done = archive.run("disc", "burn", one["volume_id"] + "A", "--device", str(disc))
        assert done.returncode == 0, done.stderr
        discs.append(disc)
    return Kept(archive, discs, composed, {package.name: state_of(package) for package in archive.packages()})


def test_each_disc_is_intact_and_explains_itself(kept: Kept, tmp_path: Path) -> None:
    assert len(kept.discs) >= 4
    parts = 0
    for disc in kept.discs:
        top = tmp_path / disc.stem
        top.mkdir()
        subprocess.run(["bsdtar", "-xf", disc, "-C", top], check=True)
        subprocess.run(["sha256sum", "--check", "--quiet", "manifest-sha256.txt"], cwd=top, check=True)
        subprocess.run([sys.executable, "-I", "verify.py"], cwd=top, check=True, capture_output=True)
        for bag in [*top.glob("packages/*"), *top.glob("parts/*")]:
            bagit.Bag(str(bag)).validate()
            parts += bag.parent.name == "parts"
        assert (top / "index.html").stat().st_size > 1000
        marker = json.loads((top / "medium.json").read_text(encoding="utf-8"))
        assert marker["label"] == disc.stem
        done = kept.archive.run("disc", "verify", str(disc))
        assert done.returncode == 0, done.stderr
    assert parts >= 3, "no package was divided"
    info = next(tmp_path.glob("*/parts/*/bag-info.txt")).read_text()
    assert re.search(r"Bag-Group-Identifier: aip-\w+\nBag-Count: \d of \d+\n", info)


def test_packages_come_back_from_the_discs_in_any_order(kept: Kept, tmp_path: Path) -> None:
    done = kept.archive.run("disc", "read", *map(str, reversed(kept.discs)), "--to", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    for name, files in kept.original.items():
        assert digests(tmp_path / "out" / name) == {path: (size, digest) for path, (size, _, digest) in files.items()}


def test_a_missing_volume_is_named(kept: Kept, tmp_path: Path) -> None:
    done = kept.archive.run("disc", "read", str(kept.discs[0]), "--to", str(tmp_path / "out"))
    assert done.returncode == 5
    assert re.search(r"part \d.* is missing", done.stderr)
    assert [path for path in (tmp_path / "out").iterdir() if path.name.startswith("aip-")] == [
        path for path in (tmp_path / "out").iterdir() if (path / "bagit.txt").exists()
    ]


def test_any_disc_can_be_made_again_bit_for_bit(kept: Kept, tmp_path: Path) -> None:
    """The image is gone after both copies are burned and is made again from its recipe; both discs are equal."""
    one = kept.composed["discs"][1]  # type: ignore[index]
    image = Path(one["image"])
    assert image.exists(), "one copy is still to be burned"
    image.unlink()
    disc = tmp_path / "second"
    done = kept.archive.run("disc", "burn", one["volume_id"] + "B", "--device", str(disc))
    assert done.returncode == 0, done.stderr
    size = one["bytes"]
    assert disc.read_bytes()[:size] == kept.discs[1].read_bytes()[:size]
    assert not image.exists()


def test_a_disc_that_does_not_read_back_is_spoilt_and_another_is_planned(kept: Kept, tmp_path: Path) -> None:
    one = kept.composed["discs"][0]  # type: ignore[index]
    other = tmp_path / "other-drive"
    other.write_bytes(kept.discs[1].read_bytes())
    done = kept.archive.run(
        "disc", "burn", one["volume_id"] + "B", "--device", str(tmp_path / "blank"), "--read-in", str(other)
    )
    assert done.returncode == 4, done.stderr
    media = {row["label"]: row["state"] for row in kept.archive.json("media", "list")["media"]}
    assert media[one["volume_id"] + "B"] == "lost"
    assert media[one["volume_id"] + "C"] == "planned"
    done = kept.archive.run("disc", "burn", one["volume_id"] + "C", "--device", str(tmp_path / "good"))
    assert done.returncode == 0, done.stderr


def test_used_discs_and_wrong_names_are_refused(kept: Kept, tmp_path: Path) -> None:
    one = kept.composed["discs"][2]  # type: ignore[index]
    done = kept.archive.run("disc", "burn", one["volume_id"] + "B", "--device", str(kept.discs[0]))
    assert done.returncode == 3
    assert kept.archive.run("disc", "burn", one["volume_id"] + "A", "--device", str(tmp_path / "x")).returncode == 2
    assert kept.archive.run("disc", "burn", "NOTHING", "--device", str(tmp_path / "x")).returncode == 3
    assert not (tmp_path / "x").exists()
    assert kept.archive.run("disc", "compose", "--kind", "LASERDISC").returncode == 2
    assert kept.archive.json("disc", "compose", "--now")["discs"] == []


def test_a_damaged_disc_is_told_by_file(kept: Kept, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    data = bytearray(kept.discs[0].read_bytes())
    data[len(data) // 2] ^= 1
    bad.write_bytes(data)
    done = kept.archive.run("--json", "disc", "verify", str(bad))
    assert done.returncode == 4
    assert [finding["code"] for finding in json.loads(done.stdout)["findings"]] == ["storage.disc-file-damaged"]
    bad.write_bytes(data[: len(data) // 2])
    assert kept.archive.run("disc", "verify", str(bad)).returncode == 4
    bad.write_bytes(os.urandom(100_000))
    assert kept.archive.run("disc", "verify", str(bad)).returncode == 4
    assert kept.archive.run("disc", "verify", str(tmp_path / "none")).returncode == 5


def test_discs_are_audited_whole(kept: Kept, tmp_path: Path) -> None:
    """Every block against the image's digest in the ledger; damage by package; another archive's disc."""
    disc, label = kept.discs[1], kept.discs[1].stem + "A"
    done = kept.archive.json("audit", "run", "--medium", f"{label}={disc}")
    assert done["ok"], done
    held = [copy for one in kept.archive.json("copies")["cases"] for copy in one["copies"]]
    here = [copy for copy in held if copy["medium"] == media_id(kept, label) and copy["state"] == "verified"]
    assert here
    bad = tmp_path / "bad"
    data = bytearray(disc.read_bytes())
    data[len(data) // 2] ^= 1
    bad.write_bytes(data)
    done = kept.archive.json("audit", "run", "--medium", f"{label}={bad}")
    assert done["status"] == 4
    assert {one["medium"] for one in done["damaged"]} == {media_id(kept, label)}
    # The right disc again: what was suspect is verified, and everything is well.
    assert kept.archive.json("audit", "run", "--medium", f"{label}={disc}")["ok"]
    assert kept.archive.run("audit", "run", "--medium", str(tmp_path / "none")).returncode == 5
    other = found(tmp_path / "other")
    assert other.run("audit", "run", "--medium", str(disc)).returncode == 3


def test_a_disc_made_by_somebody_else_with_lists_that_agree_is_found(kept: Kept, tmp_path: Path) -> None:
    """One byte of the verifier, and its digest wherever it stands on the disc: only the ledger knows the true one."""
    disc, label = kept.discs[1], kept.discs[1].stem + "A"
    data = disc.read_bytes()
    program = subprocess.run(["bsdtar", "-xOf", disc, "verify.py"], check=True, capture_output=True).stdout
    altered = program.replace(b'"damaged": (', b'"dbmaged": (', 1)
    assert altered != program
    assert data.count(program) == 1
    true, false = (hashlib.sha256(one).hexdigest().encode() for one in (program, altered))
    forged = data.replace(program, altered).replace(true, false)
    page = subprocess.run(["bsdtar", "-xOf", disc, "index.html"], check=True, capture_output=True).stdout
    true, false = (hashlib.sha256(one).hexdigest().encode() for one in (page, page.replace(true, false)))
    (tmp_path / "forged").write_bytes(forged.replace(true, false))
    assert kept.archive.run("disc", "verify", str(tmp_path / "forged")).returncode == 0, "its own lists do not agree"
    done = kept.archive.json("audit", "run", "--medium", f"{label}={tmp_path / 'forged'}")
    assert done["status"] == 4
    assert ("audit.disc-differs", "error") in {(one["code"], one["severity"]) for one in done["findings"]}
    assert kept.archive.json("audit", "run", "--medium", f"{label}={disc}")["ok"]


def media_id(kept: Kept, label: str) -> str:
    """The identity of a medium by its label."""
    (row,) = [row for row in kept.archive.json("media", "list")["media"] if row["label"] == label]
    return str(row["id"])


def test_a_package_lost_from_the_server_comes_back(kept: Kept, tmp_path: Path) -> None:
    large = max(kept.archive.packages(), key=lambda path: sum(size for size, _, _ in state_of(path).values()))
    before = kept.original[large.name]
    done = kept.archive.run("restore", large.name, "--from", str(kept.discs[0]), "--to", str(tmp_path))
    assert done.returncode == 6, "a package left the archive without an approved request"
    assert not (tmp_path / large.name).exists()
    shutil.move(large, tmp_path / "lost")
    media = [argument for disc in kept.discs for argument in ("--from", str(disc))]
    done = kept.archive.run("restore", large.name, *media)
    assert done.returncode == 0, done.stderr
    assert digests(large) == {path: (size, digest) for path, (size, _, digest) in before.items()}
    assert kept.archive.run("restore", large.name, *media).returncode == 3
    life = kept.archive.json("show", large.name)
    store = [copy["state"] for copy in life["copies"] if copy["medium"].startswith("store-")]
    assert store == ["verified"]
    assert "package.restored" in [entry["action"] for entry in life["ledger"]]


def rows(home: Path) -> dict[str, list[tuple[object, ...]]]:
    catalogue = open_catalogue(open_home(home))
    with catalogue.read() as connection:
        found = state(connection)
    catalogue.close()
    return {name: found[name] for name in ("cases", "versions", "files", "events", "facets")}


def looks_in(home: Path) -> int:
    catalogue = open_catalogue(open_home(home))
    with catalogue.read() as connection:
        count = looks.size(connection)
    catalogue.close()
    return count


def test_the_whole_archive_comes_back_from_the_discs_alone(kept: Kept, tmp_path: Path) -> None:
    new = Archive(tmp_path / "new")
    media = [argument for disc in kept.discs for argument in ("--from", str(disc))]
    done = new.run("restore", "--archive", *media)
    assert done.returncode == 0, done.stderr
    assert {path.name: digests(path) for path in new.packages()} == {
        name: {path: (size, digest) for path, (size, _, digest) in files.items()}
        for name, files in kept.original.items()
    }
    assert rows(new.home) == rows(kept.archive.home)
    assert new.run("ledger", "verify").returncode == 0
    assert new.run("verify", str(new.packages()[0])).returncode == 0
    assert new.run("restore", "--archive", *media).returncode == 3


def test_a_forged_ledger_on_a_disc_is_not_restored(kept: Kept, tmp_path: Path) -> None:
    top = tmp_path / "disc"
    top.mkdir()
    subprocess.run(["bsdtar", "-xf", kept.discs[0], "-C", top], check=True)
    segment = sorted(top.glob("ledger/*.jsonl"))[-1]
    segment.chmod(0o644)
    segment.write_text(segment.read_text(encoding="utf-8").replace("root", "toor", 1), encoding="utf-8")
    new = Archive(tmp_path / "new")
    assert new.run("restore", "--archive", "--from", str(top)).returncode == 4
    assert not (tmp_path / "new").exists()


def under_way(incoming: Path) -> bool:
    """Whether the large file of a case is being written."""
    return any(".bin" in name for _, _, names in os.walk(incoming) for name in names)


def test_drives_through_the_program(kept: Kept, tmp_path: Path) -> None:
    """Added, written in spite of a kill in the middle, guided, shown, moved; and the archive back from it alone."""
    archive = kept.archive
    with loop(tmp_path, "DRV", "512M") as drive:
        added = archive.run(
            "media", "add", "drive", str(drive.top), "--label", "DRV-01", "--place", "二号楼/A架", "--custodian", "李敏"
        )
        assert added.returncode == 0, added.stderr
        again = archive.run("media", "add", "drive", str(drive.top), "--label", "DRV-02")
        assert again.returncode == 3
        assert archive.run("list").returncode == 0  # a look, which the drive carries too
        for _ in range(3):
            process = archive.start("replicate")
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline and process.poll() is None and not under_way(drive.top / "incoming"):
                continue
            kill(process)
        done = archive.run("replicate")
        assert done.returncode == 0, done.stderr
        copied = sorted(path.name for path in (drive.top / "packages").iterdir())
        assert copied == sorted(kept.original)
        for name in copied:
            bagit.Bag(str(drive.top / "packages" / name)).validate()
        subprocess.run(["sha256sum", "--check", "--quiet", "manifest-sha256.txt"], cwd=drive.top, check=True)
        subprocess.run([sys.executable, "-I", "verify.py"], cwd=drive.top, check=True, capture_output=True)
        assert list((drive.top / "recovery").glob("aip-*/set-0001.par2"))
        state_now = {case["name"]: case for case in archive.json("copies")["cases"]}
        assert all("DRV-01" not in str(case["next"]) for case in state_now.values())
        assert archive.run("media", "retire", "DRV-01", "--reason", "x").returncode == 3
        assert archive.run("media", "move", "DRV-01", "--place", "一号楼/B架").returncode == 0
        seen = archive.run("media", "check-in", str(drive.top), "--place", "一号楼/C架")
        assert seen.returncode == 0, seen.stderr
        shown = archive.json("media", "show", "DRV-01")
        assert shown["medium"]["place"] == "一号楼/C架"
        assert shown["medium"]["details"]["handed_over"]["from"] == "二号楼/A架"
        new = Archive(tmp_path / "new")
        done = new.run("restore", "--archive", "--from", str(drive.top))
        assert done.returncode == 0, done.stderr
        assert rows(new.home) == rows(archive.home)
        assert looks_in(new.home) > 0
        proven = new.json("ledger", "verify")
        assert proven["ok"], proven
    waiting = archive.run("media", "list")
    assert "DRV-01" in waiting.stdout


def test_a_full_drive_is_told_and_the_rest_goes_on(kept: Kept, tmp_path: Path) -> None:
    kept.archive.run("list")  # folds what a killed run left of the catalogue's log
    archive = Archive(tmp_path / "other")
    shutil.copytree(kept.archive.home, archive.home, ignore=shutil.ignore_patterns("*.iso"))
    policy = (archive.home / "profiles" / "storage.toml").read_text()
    (archive.home / "profiles" / "storage.toml").write_text(
        policy.replace('kind = "drive"', 'kind = "drive"\ncount = 2')
    )
    with loop(tmp_path, "SMALL", "40M") as drive:
        assert archive.run("media", "add", "drive", str(drive.top), "--label", "SMALL").returncode == 0
        done = archive.run("replicate")
        assert done.returncode == 5
        assert "no room" in done.stderr
        assert list((drive.top / "packages").iterdir()), "what fits was not written"
