"""What stays is brought over and held against the old manifests while it is; all that is damaged is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from metadata.bag_rules import LINE_RULES
from metadata.opened import open_bag
from preserve.archival_storage.aip_versions.copy_unchanged import carry, data_path, own_bytes, saved, stays, way_of
from preserve.archival_storage.aip_versions.previous import PreviousVersion
from preserve.errors import NotIntact
from preserve.home import Home
from preserve.settings import Settings
from storage_adapters.sharing import Way
from tests.support.packages import OBJID, TINY, make_package

PATHS = [data_path("original", f"data/{name}") for name, _ in TINY]
BOTH = ("sha256", "sm3")


@pytest.fixture
def old(tmp_path: Path) -> PreviousVersion:
    root = make_package(tmp_path / "old", algorithms=BOTH)
    digests: dict[str, dict[str, str]] = {}
    bag = open_bag(root, LINE_RULES)
    for manifest in bag.payload_manifests:
        for path, digest in bag.digests[manifest.name].items():
            digests.setdefault(path, {})[manifest.algorithm] = digest
    return PreviousVersion(root, OBJID, 1, "0" * 64, digests)


def test_what_stays_in_every_version(old: PreviousVersion) -> None:
    assert {"metadata/descriptive/case.json", "documentation/README.zh.txt"} <= set(stays(old))
    assert not any(path.startswith(("representations/", "schemas/")) for path in stays(old))


@pytest.mark.parametrize(("way", "links"), [("none", 1), ("reflink", 1), ("hardlink", 2)])
def test_files_come_with_the_digests_that_are_asked_for(
    way: Way, links: int, old: PreviousVersion, tmp_path: Path
) -> None:
    moved: list[int] = []
    carried = carry(old, tmp_path / "new", PATHS, ("sha256", "sha512"), moved.append, way=way)
    for path, (_, data) in zip(PATHS, TINY, strict=True):
        assert (tmp_path / "new" / path).read_bytes() == data
        assert (tmp_path / "new" / path).stat().st_nlink == links
        assert carried[path].size == len(data) and set(carried[path].digests) == {"sha256", "sha512"}
        assert carried[path].path == f"data/{OBJID}/{path}"
    assert sum(moved) == sum(len(data) for _, data in TINY)


def test_what_describes_a_package_is_its_own_always(old: PreviousVersion, tmp_path: Path) -> None:
    carry(old, tmp_path / "new", stays(old), BOTH, lambda moved: None, way="hardlink")
    assert {(tmp_path / "new" / path).stat().st_nlink for path in stays(old)} == {1}


def test_what_is_saved_and_what_still_needs_room(old: PreviousVersion, tmp_path: Path) -> None:
    new = tmp_path / "new" / "data" / OBJID
    carry(old, new, PATHS[:1], BOTH, lambda moved: None, way="hardlink")
    carry(old, new, PATHS[1:], BOTH, lambda moved: None, way="none")
    assert saved(old, tmp_path / "new") == len(TINY[0][1])
    whole = sum(path.stat().st_size for path in old.root.rglob("*") if path.is_file())
    shared = sum(path.stat().st_size for path in (old.package / "representations").rglob("*") if path.is_file())
    assert own_bytes(old, "none") == whole and own_bytes(old, "hardlink") == whole - shared > 0


@pytest.mark.parametrize(("said", "way"), [("", "hardlink"), ('share = "none"', "none"), ('share = "reflink"', "none")])
def test_the_stores_policy_says_how_far_it_may_go(said: str, way: Way, old: PreviousVersion, tmp_path: Path) -> None:
    home = Home(tmp_path / "home", Settings(archive_id="a", institution="b"))
    home.profiles.mkdir(parents=True)
    needed = '[[ordinary]]\nkind = "directory"\n[[long_term]]\nkind = "directory"\n'
    (home.profiles / "storage.toml").write_text(f"{said}\n{needed}", encoding="utf-8")
    (tmp_path / "incoming").mkdir()
    assert way_of(home, old, tmp_path / "incoming" / "new") == way
    assert way_of(home, old, Path("/dev/shm/new")) == "none"  # another file system


def test_a_damaged_file_is_not_shared(old: PreviousVersion, tmp_path: Path) -> None:
    (old.package / PATHS[0]).write_bytes(b"?" * len(TINY[0][1]))
    with pytest.raises(NotIntact):
        carry(old, tmp_path / "new", PATHS, BOTH, lambda moved: None, way="hardlink")


def test_everything_that_is_damaged_or_gone_is_named(old: PreviousVersion, tmp_path: Path) -> None:
    (old.package / PATHS[0]).write_bytes(b"?" * len(TINY[0][1]))
    (old.package / PATHS[1]).unlink()
    with pytest.raises(NotIntact) as refusal:
        carry(old, tmp_path / "new", PATHS, BOTH, lambda moved: None, way="none")
    assert {(finding.where, finding.values["verdict"]) for finding in refusal.value.findings} == {
        (PATHS[0], "damaged"),
        (PATHS[1], "absent"),
    }


@pytest.mark.parametrize("thorough", [True, False])
def test_what_an_earlier_run_brought_is_not_copied_again(thorough: bool, old: PreviousVersion, tmp_path: Path) -> None:
    first = carry(old, tmp_path / "new", PATHS, BOTH, lambda moved: None, way="none")
    moved: list[int] = []
    assert (
        carry(old, tmp_path / "new", PATHS, BOTH, moved.append, way="none", thorough=thorough) == first and moved == []
    )
    (tmp_path / "new" / PATHS[1]).write_bytes(b"half")
    assert carry(old, tmp_path / "new", PATHS, BOTH, moved.append, way="none", thorough=thorough) == first
    assert sum(moved) == len(TINY[1][1]) and (tmp_path / "new" / PATHS[1]).read_bytes() == TINY[1][1]


def test_of_the_right_size_and_other_bytes_it_is_copied_again(old: PreviousVersion, tmp_path: Path) -> None:
    carry(old, tmp_path / "new", PATHS, BOTH, lambda moved: None, way="none")
    (tmp_path / "new" / PATHS[0]).write_bytes(b"?" * len(TINY[0][1]))
    carry(old, tmp_path / "new", PATHS, BOTH, lambda moved: None, way="none")
    assert (tmp_path / "new" / PATHS[0]).read_bytes() == TINY[0][1]
