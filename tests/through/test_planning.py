"""A package under a new policy: another version beside an old one that nothing touched, whatever comes between."""

from __future__ import annotations

import copy
import json
import re
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import bagit
import bagit_profile
import pytest

from demo.make_case import make_case
from metadata import csip
from metadata.entities import Event, FileObject, IntellectualEntity
from metadata.premis import read_premis
from preserve.archival_storage.aip_versions.abandoned import discard_of
from preserve.data_management.database import open_catalogue
from preserve.home import open_home
from tests.support.eark import VERSIONS, validate
from tests.support.loop import loop
from tests.support.program import Archive, found, kill, manifest, state_of

pytestmark = pytest.mark.xdist_group("planning")
ROOT = Path(__file__).parents[2]
EDGES = ("represerve.copied", "represerve.sealed", "represerve.published")


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with one small real case, under the lossless policy; only ever copied."""
    folder = tmp_path_factory.mktemp("ingested")
    archive = found(folder / "archive")
    done = archive.run("ingest", str(make_case(folder / "案件", small=True)))
    assert done.returncode == 0, done.stderr
    return archive.home


def compact(home: Path) -> None:
    """Change the archive's policy, as its settings say it."""
    file = home / "preserve.toml"
    text = file.read_text(encoding="utf-8")
    changed = re.sub(r'^policy = "lossless"$', 'policy = "compact"', text, flags=re.M)
    file.write_text(changed if changed != text else 'policy = "compact"\n' + text, encoding="utf-8")


@pytest.fixture
def archive(ingested: Path, tmp_path: Path) -> Archive:
    """A copy of it whose policy has changed."""
    home = tmp_path / "archive"
    shutil.copytree(ingested, home)
    compact(home)
    return Archive(home)


@pytest.fixture(scope="module")
def renewed(ingested: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, dict[str, Any], dict[str, Any]]:
    """A copy with version 2; what the old version was before, and what the command said."""
    home = tmp_path_factory.mktemp("renewed") / "archive"
    shutil.copytree(ingested, home)
    compact(home)
    archive = Archive(home)
    before = state_of(archive.packages()[0])
    return archive, before, archive.json("plan", "run")


def package_of(version: Path) -> Path:
    return version / "data" / version.name.partition("_")[0]


def originals(version: Path) -> dict[str, str]:
    return {
        path: digest for path, digest in manifest(version).items() if path.startswith("representations/original/data/")
    }


def is_own(name: str) -> bool:
    """Whether a file describes the package: METS, PREMIS, documentation, what was read out of documents."""
    return "/data/" not in name


def assert_renewed(archive: Archive, before: dict[str, Any]) -> Path:
    """Two versions, the old one as it was, the new one whole, nothing left over, the log provable."""
    old, new = archive.packages()
    assert state_of(old) == before
    assert new.name.endswith("_v0002")
    assert originals(old) == originals(new) != {}
    for name in originals(old):  # no new bytes for what is the same; only what describes a version is its own
        assert (package_of(old) / name).stat().st_ino == (package_of(new) / name).stat().st_ino
    assert {(package_of(new) / name).stat().st_nlink for name in manifest(new) if is_own(name)} == {1}
    assert archive.leftovers() == []
    assert archive.run("verify", str(new)).returncode == 0
    assert archive.run("ledger", "verify").returncode == 0
    return new


def test_a_new_policy_makes_a_new_version(renewed: tuple[Archive, dict[str, Any], dict[str, Any]]) -> None:
    archive, before, told = renewed
    assert (told["ok"], told["done"], told["settled"], told["failed"]) == (True, 1, 0, 0)
    (case,) = told["cases"]
    assert (case["version"], case["made"], case["left_out"]) == (2, 2, 2)
    new = assert_renewed(archive, before)
    old = archive.packages()[0]
    same = [path for path in (package_of(new) / "representations").rglob("*") if path.stat().st_nlink == 2]
    assert case["shared"] == sum(path.stat().st_size for path in same if path.is_file()) > 0
    was, is_ = manifest(old), manifest(new)
    videos = [path for path in is_ if path.startswith("representations/preservation/data/") and path.endswith(".mkv")]
    assert len(videos) == 2
    assert all(is_[path] != was[path] for path in videos)
    for path in is_:  # what the policy did not ask to be made again is the very same
        if path.startswith(("representations/access/data/", "documentation/compliance")) or path.endswith(".txt.txt"):
            assert is_[path] == was[path]
    codec = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=codec_name", "-of", "csv=p=0"]
    for version, wanted in ((old, "ffv1"), (new, "h264")):
        said = subprocess.run(
            [*codec, str(package_of(version) / videos[0])], capture_output=True, text=True, check=True
        )
        assert said.stdout.strip() == wanted


def test_premis_tells_what_superseded_what(renewed: tuple[Archive, dict[str, Any], dict[str, Any]]) -> None:
    archive = renewed[0]
    old, new = archive.packages()
    place = Path("representations/preservation") / csip.PREMIS
    before = {one.path: one for one in read_premis(package_of(old) / place) if isinstance(one, FileObject)}
    entities = list(read_premis(package_of(new) / place))
    events = {one.identifier: one for one in entities if isinstance(one, Event)}
    told = 0
    for one in entities:
        if isinstance(one, FileObject) and one.path.endswith(".mkv"):
            (superseded,) = [relation for relation in one.relationships if relation.sub_kind == "supersedes"]
            assert superseded.related == before[one.path].identifier != one.identifier
            event = events[str(superseded.event)]
            assert event.kind == "migration" and before[one.path].digests["sha256"] in event.outcome_detail
            told += 1
    assert told == 2
    root = list(read_premis(package_of(new) / csip.PREMIS))
    (itself,) = [one for one in root if isinstance(one, IntellectualEntity) and one.original_name == new.name]
    seal = [value for name, value in itself.properties if name.startswith("SHA-256")]
    digest = subprocess.run(["sha256sum", str(old / "manifest-sha256.txt")], capture_output=True, text=True, check=True)
    assert seal == [digest.stdout.split()[0]]
    kinds = [one.kind for one in root if isinstance(one, Event)]
    assert kinds.count("ingestion start") == 1 and kinds.count("information package creation") == 2
    assert 'RECORDSTATUS="VERSION"' in (package_of(new) / "METS.xml").read_text(encoding="utf-8")
    assert "AIP-Version: 2\n" in (new / "bag-info.txt").read_text(encoding="utf-8")


def test_strangers_accept_the_new_version(renewed: tuple[Archive, dict[str, Any], dict[str, Any]]) -> None:
    new = renewed[0].packages()[1]
    assert bagit.Bag(str(new)).validate()
    written = json.loads((ROOT / "profiles" / "bag-profile.json").read_text(encoding="utf-8"))
    profile = bagit_profile.Profile(csip.BAG_PROFILE, profile=copy.deepcopy(written))
    assert profile.validate(bagit.Bag(str(new))), profile.report
    for version in VERSIONS:
        assert validate(package_of(new), version) == ([], [])


def test_catalogue_ledger_and_copies_know_both(renewed: tuple[Archive, dict[str, Any], dict[str, Any]]) -> None:
    archive = renewed[0]
    old, new = archive.packages()
    (listed,) = archive.json("list")["cases"]
    assert listed["version"] == 2
    shown = archive.json("show", listed["objid"])
    assert [one["name"] for one in shown["versions"]] == [old.name, new.name]
    assert {(copy["name"], copy["state"]) for copy in shown["copies"]} == {
        (old.name, "verified"),
        (new.name, "verified"),
    }
    actions = [entry["action"] for entry in shown["ledger"]]
    assert actions.index("case.represerved") < actions.index("version.sealed"), "the newest come first"
    due = archive.json("copies")["cases"]
    assert {one["name"] for one in due if not one["sealed"]} == {old.name, new.name}
    audited = archive.json("audit", "run", "--all")
    assert audited["counts"]["intact"] == 2 and not audited["damaged"]
    again = archive.json("plan", "run")
    assert (again["done"], again["cases"]) == (0, [])
    assert archive.json("plan", "preview")["cases"] == 0


def test_both_versions_come_back_when_the_catalogue_is_lost(
    renewed: tuple[Archive, dict[str, Any], dict[str, Any]], tmp_path: Path
) -> None:
    home = tmp_path / "archive"
    shutil.copytree(renewed[0].home, home)
    archive = Archive(home)
    objid = archive.json("list")["cases"][0]["objid"]
    before = archive.json("show", objid)
    for name in home.glob("catalogue.sqlite*"):
        name.unlink()
    rebuilt = archive.json("catalogue", "rebuild")
    assert (rebuilt["cases"], rebuilt["packages"]) == (1, 2)
    assert [f for f in rebuilt["findings"] if f["severity"] == "error"] == []
    after = archive.json("show", objid)
    for key in ("case", "description", "versions", "formats", "copies", "events"):
        assert after[key] == before[key]
    assert archive.json("plan", "preview")["cases"] == 0


@pytest.mark.parametrize("act", EDGES)
def test_killed_at_the_edge_of_a_step_it_goes_on(act: str, archive: Archive) -> None:
    before = state_of(archive.packages()[0])
    kill_at(archive, act)
    assert state_of(archive.packages()[0]) == before
    done = archive.run("plan", "run")
    assert done.returncode == 0, done.stderr
    assert "took no new room" in done.stderr, "what was saved is said, whenever the run before was cut off"
    assert_renewed(archive, before)
    shown = archive.json("show", archive.json("list")["cases"][0]["objid"])
    assert [entry["action"] for entry in shown["ledger"]].count("case.represerved") == 1


def test_a_catalogue_made_again_between_rename_and_entry_still_ends_well(archive: Archive) -> None:
    (old,) = archive.packages()
    before = state_of(old)
    kill_at(archive, "represerve.published")
    assert len(archive.packages()) == 2
    rebuilt = archive.json("catalogue", "rebuild")
    assert rebuilt["cases"] == 1
    assert archive.json("plan", "run")["failed"] == 0
    assert_renewed(archive, before)
    assert archive.json("list")["cases"][0]["version"] == 2


@pytest.mark.parametrize("act", ["represerve.normalised", "represerve.published"])
def test_nothing_half_made_stays_when_the_case_goes(act: str, archive: Archive) -> None:
    """What disposal asks for before it removes a case: an unfinished version goes, an entered one is never touched."""
    (old,) = archive.packages()
    before = state_of(old)
    kill_at(archive, act)
    home = open_home(archive.home)
    catalogue = open_catalogue(home)
    discard_of(home, catalogue, old.name.partition("_")[0])
    discard_of(home, catalogue, old.name.partition("_")[0])
    catalogue.close()
    assert archive.packages() == [old] and state_of(old) == before
    assert archive.leftovers() == []
    with sqlite3.connect(archive.home / "catalogue.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM ingest_files").fetchone() == (0,)


def test_a_policy_that_is_taken_back_leaves_nothing_of_what_was_begun(archive: Archive) -> None:
    kill_at(archive, "represerve.normalised")
    assert any(name.startswith("incoming/") for name in archive.leftovers())
    file = archive.home / "preserve.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('policy = "compact"', 'policy = "lossless"'), encoding="utf-8"
    )
    told = archive.json("plan", "run")
    assert (told["ok"], told["cases"]) == (True, [])
    assert archive.leftovers() == [] and len(archive.packages()) == 1


def test_a_drive_holds_both_versions_and_the_archive_comes_back_from_it(archive: Archive, tmp_path: Path) -> None:
    with loop(tmp_path, "DRV", "128M") as drive:
        assert archive.run("media", "add", "drive", str(drive.top), "--label", "DRV-01").returncode == 0
        assert archive.json("plan", "run")["done"] == 1
        names = [package.name for package in archive.packages()]
        assert sorted(one["name"] for one in archive.json("replicate")["written"]) == names
        proofs = json.loads(next(drive.top.rglob("proofs.json")).read_text(encoding="utf-8"))
        told = {name: json.loads(proof["entry"]) for name, proof in proofs.items()}
        assert {name: (one["action"], one["details"]["name"]) for name, one in told.items()} == {
            names[0]: ("case.registered", names[0]),
            names[1]: ("case.represerved", names[1]),
        }
        assert archive.json("audit", "run", "--all")["counts"]["intact"] == 4
        new = Archive(tmp_path / "new")
        done = new.run("restore", "--archive", "--from", str(drive.top))
        assert done.returncode == 0, done.stderr
        assert [package.name for package in new.packages()] == names
        assert new.json("list")["cases"][0]["version"] == 2
        assert new.json("plan", "preview", "--policy", "compact")["cases"] == 0


def test_altered_metadata_is_not_carried_into_a_new_version(archive: Archive) -> None:
    (old,) = archive.packages()
    premis = package_of(old) / csip.PREMIS
    premis.write_bytes(premis.read_bytes().replace(b"<eventOutcome>success", b"<eventOutcome>warning", 1))
    told = archive.json("plan", "run")
    assert (told["status"], told["done"]) == (4, 0)
    assert archive.packages() == [old]


def kill_at(archive: Archive, act: str) -> None:
    process = archive.start("plan", "run")
    earlier = archive.log_acts().count(act)
    deadline = time.monotonic() + 120
    while archive.log_acts().count(act) == earlier and process.poll() is None and time.monotonic() < deadline:
        try:
            process.wait(0.003)
        except subprocess.TimeoutExpired:
            continue
    kill(process)


def test_a_damaged_original_is_never_passed_on(archive: Archive) -> None:
    (old,) = archive.packages()
    victim = next(path for path in (package_of(old) / "representations/original/data").rglob("*.mp4"))
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    before = state_of(old)
    told = archive.json("plan", "run")
    assert (told["ok"], told["status"], told["done"], told["failed"]) == (False, 4, 0, 1)
    (case,) = told["cases"]
    assert case["error"] == "storage.predecessor-damaged"
    assert any(victim.name in finding["where"] for finding in case["findings"])
    assert archive.packages() == [old] and state_of(old) == before
    assert archive.leftovers() == []
    data[len(data) // 2] ^= 1  # as a repair would leave it
    victim.write_bytes(data)
    assert archive.json("plan", "run")["done"] == 1


def test_an_altered_manifest_does_not_make_an_altered_original_good(archive: Archive) -> None:
    (old,) = archive.packages()
    victim = next((package_of(old) / "representations/original/data").rglob("*.mp4"))
    was = subprocess.run(["sha256sum", str(victim)], capture_output=True, text=True, check=True).stdout.split()[0]
    victim.write_bytes(victim.read_bytes()[:-1] + b"!")
    now = subprocess.run(["sha256sum", str(victim)], capture_output=True, text=True, check=True).stdout.split()[0]
    listed = old / "manifest-sha256.txt"
    listed.write_text(listed.read_text(encoding="utf-8").replace(was, now), encoding="utf-8")
    told = archive.json("plan", "run")
    assert (told["status"], told["done"]) == (4, 0)
    assert archive.packages() == [old]


def test_a_package_put_in_the_way_is_not_entered(archive: Archive) -> None:
    (old,) = archive.packages()
    forged = old.with_name(old.name.replace("_v0001", "_v0002"))
    shutil.copytree(old, forged)
    before = state_of(forged)
    told = archive.json("plan", "run")
    assert (told["status"], told["done"]) == (4, 0)
    assert told["cases"][0]["error"] == "storage.published-unknown"
    assert state_of(forged) == before
    assert archive.json("list")["cases"][0]["version"] == 1


def test_a_full_store_leaves_the_old_version_and_goes_on(archive: Archive, tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], check=True)
    try:
        shutil.copytree(archive.home / "store", place / "store")
        shutil.rmtree(archive.home / "store")
        settings = archive.home / "preserve.toml"
        text = re.sub(r"^(store|reserve) = .*\n", "", settings.read_text(encoding="utf-8"), flags=re.M)
        settings.write_text(f'store = "{place}/store"\nreserve = 0\n' + text, encoding="utf-8")
        (old,) = (place / "store" / "packages").iterdir()
        before = state_of(old)
        free = shutil.disk_usage(place).free
        (place / "ballast").write_bytes(b"x" * (free - 250_000))
        done = archive.run("plan", "run")
        assert done.returncode == 5, done.stderr
        assert "Traceback" not in done.stderr
        assert state_of(old) == before and list((place / "store" / "packages").iterdir()) == [old]
        (place / "ballast").unlink()
        done = archive.run("plan", "run")
        assert done.returncode == 0, done.stderr
        assert len(list((place / "store" / "packages").iterdir())) == 2
        assert state_of(old) == before
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_twice_at_once_one_waits_for_nothing(archive: Archive) -> None:
    before = state_of(archive.packages()[0])
    both = [archive.start("--json", "plan", "run") for _ in range(2)]
    told = [json.loads(process.communicate(timeout=240)[0]) for process in both]
    assert sorted(one["done"] for one in told) == [0, 1]
    for one in told:
        assert one["status"] in (0, 3), one
    assert_renewed(archive, before)


def test_rules_of_the_bureau_count_and_a_failure_is_told_not_lost(archive: Archive) -> None:
    """A rule that asks for what cannot be made: the copy of before stays, a person is told, and nothing is repeated."""
    (old,) = archive.packages()
    before = state_of(old)
    shipped = (ROOT / "profiles" / "formats.toml").read_text(encoding="utf-8")
    own = '[[rule]]\nname = "photographs as sound"\nkinds = ["image"]\nlossless = "flac"\ncompact = "flac"\naccess = "jpeg"\n\n'
    (archive.home / "profiles").mkdir(exist_ok=True)
    (archive.home / "profiles" / "formats.toml").write_text(own + shipped, encoding="utf-8")
    told = archive.json("plan", "preview", "--policy", "lossless")
    assert [one["make"] for one in told["formats"]] == [["flac"]]
    done = archive.json("plan", "run")
    (case,) = done["cases"]
    assert done["done"] == 1 and [f["code"] for f in case["findings"]] == ["normalise.failed"]
    new = assert_renewed(archive, before)
    jpegs = [
        path for path in manifest(new) if path.startswith("representations/access/data/") and path.endswith(".jpg")
    ]
    assert len(jpegs) == 1
    place = package_of(new) / "representations/original" / csip.PREMIS
    assert any(one.outcome == "fail" for one in read_premis(place) if isinstance(one, Event))
    assert archive.json("plan", "run")["cases"] == []
    assert archive.json("plan", "run", "--again")["settled"] + archive.json("plan", "run", "--again")["failed"] >= 1


def test_newer_signatures_are_asked_and_the_answer_survives(archive: Archive) -> None:
    """The catalogue is told that an older siegfried called the photograph something else, as an old package would."""
    (old,) = archive.packages()
    before = state_of(old)
    with sqlite3.connect(archive.home / "catalogue.sqlite") as connection:
        for change in ("UPDATE formats SET signatures", "UPDATE sums SET name"):
            connection.execute(f"{change} = replace({change.split()[-1]}, 'V125', 'V100')")
        connection.execute("UPDATE files SET puid = 'fmt/42' WHERE puid = 'fmt/43' AND representation = 'original'")
    assert archive.json("plan", "formats")["signatures"]["outdated"][0]["files"] == 7
    told = archive.json("plan", "identify")
    assert (told["cases"], told["files"], told["failed"]) == (1, 7, [])
    ((old_puid, new_puid, count),) = [
        (one["old"]["puid"], one["new"]["puid"], len(one["files"])) for one in told["changes"]
    ]
    assert (old_puid, new_puid, count) == ("fmt/42", "fmt/43", 1)
    assert archive.json("plan", "formats")["signatures"]["outdated"] == []
    assert archive.json("plan", "identify")["cases"] == 0
    assert archive.json("catalogue", "rebuild")["packages"] == 1
    assert archive.json("plan", "formats")["signatures"]["outdated"] == []
    entry = [e for e in archive.json("show", old.name)["ledger"] if e["action"] == "case.reidentified"]
    assert len(entry) == 1 and ".jpg" not in json.dumps(entry)
    assert state_of(old) == before


def test_a_damaged_file_is_not_identified(archive: Archive) -> None:
    (old,) = archive.packages()
    with sqlite3.connect(archive.home / "catalogue.sqlite") as connection:
        connection.execute("UPDATE formats SET signatures = 'siegfried 1.0 (old)'")
        connection.execute("UPDATE OR REPLACE sums SET name = 'siegfried 1.0 (old)' WHERE kind = 'signatures'")
    victim = next((package_of(old) / "representations/original/data").rglob("*.jpg"))
    victim.write_bytes(b"GIF89a" + victim.read_bytes()[6:])
    told = archive.json("plan", "identify")
    assert (told["status"], told["changes"]) == (4, [])
    assert told["failed"][0]["error"] == "storage.predecessor-damaged"


def test_the_report_is_pdf_a_with_pictures_in_both_languages(archive: Archive, tmp_path: Path) -> None:
    import pikepdf

    told = archive.json("plan", "report", "--output", str(tmp_path / "report"))
    assert len(told["files"]) == 4
    assert told["preview"]["cases"] == 1
    for name in told["files"]:
        if name.endswith(".pdf"):
            with pikepdf.open(name) as pdf, pdf.open_metadata() as xmp:
                assert xmp.pdfa_status == "2B"
        else:
            page = Path(name).read_text(encoding="utf-8")
            assert page.count("<svg") == 2 and "fmt/199" in page
            assert ("长期保存风险报告" in page) == name.endswith(".zh.html")
