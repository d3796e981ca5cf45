"""The next version of a package: the old one untouched, what was dropped gone, and a run that was cut off goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from metadata.verify import verify_package
from preserve.archival_storage.aip_versions import Change, previous_version, succeed
from preserve.data_management import versions
from preserve.data_management.proof.anchors import REDUCED, REPRESERVED
from preserve.errors import NotIntact, PreserveError, Refused
from tests.support.kept import Kept, kept
from tests.support.sessions import entries


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Kept]:
    with kept(tmp_path) as archive:
        yield archive


def quiet(_: int) -> None:
    return None


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_part_is_left_out_and_the_old_version_stays(whole: Kept) -> None:
    archive, before = whole.archive, contents(whole.root)
    with archive.catalogue.read() as connection:
        old = previous_version(archive.home, connection, whole.name)
    gone = next(file for file in old.objects("original") if file.original_name == "笔录.txt")
    change = Change(
        REDUCED,
        "依决定销毁",
        {"disposal": "XH-1"},
        frozenset({gone.identifier}),
        documents=(("documentation/决定.txt", "text/plain", b"x"),),
    )
    with pytest.raises(ZeroDivisionError):  # cut off while it copies
        succeed(archive.home, archive.catalogue, whole.name, change, actor="li", progress=lambda moved: moved // 0)
    made = succeed(archive.home, archive.catalogue, whole.name, change, actor="li", progress=quiet)
    assert (made.version, made.name) == (2, f"{whole.objid}_v0002") and contents(whole.root) == before
    assert verify_package(made.location).intact
    names = [path.name for path in made.location.rglob("*.txt")]
    assert names.count("笔录.txt") == 0 and names.count("决定书.txt") == 1 and "决定.txt" in names
    entry = next(entry for entry in reversed(entries(archive)) if entry["action"] == REDUCED)
    assert (entry["details"]["supersedes"], entry["details"]["dropped"]) == (whole.name, 1)
    with archive.catalogue.read() as connection:
        assert versions.read(connection, whole.objid).name == made.name
    with pytest.raises(Refused, match=r"storage\.not-the-newest"):
        succeed(archive.home, archive.catalogue, whole.name, change, actor="li", progress=quiet)


def test_nothing_damaged_is_carried_over(whole: Kept) -> None:
    archive = whole.archive
    file = next(path for path in whole.root.rglob("笔录.txt") if "original" in path.parts)
    file.chmod(0o644)
    file.write_bytes(b"?" * file.stat().st_size)
    change = Change(REPRESERVED, "重新保存")
    with pytest.raises(NotIntact, match=r"storage\.predecessor-damaged") as refusal:
        succeed(archive.home, archive.catalogue, whole.name, change, actor="li", progress=quiet)
    assert [Path(finding.where).name for finding in refusal.value.findings] == ["笔录.txt"]
    assert [path.name for path in (archive.home.store / "packages").iterdir()] == [whole.name]
    with pytest.raises(PreserveError, match=r"storage\.no-anchoring-action"):
        succeed(archive.home, archive.catalogue, whole.name, Change("case.viewed", ""), actor="li", progress=quiet)
