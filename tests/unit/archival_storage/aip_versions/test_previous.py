"""The version that the next one is made of: proven before a word of it is believed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from metadata import csip
from preserve.archival_storage.aip_versions.previous import PreviousVersion, previous_version
from preserve.errors import NotFound, NotIntact
from tests.support.kept import Kept, kept


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with kept(tmp_path_factory.mktemp("previous")) as archive:
        yield archive


def read(whole: Kept, name: str = "") -> PreviousVersion:
    with whole.archive.catalogue.read() as connection:
        return previous_version(whole.archive.home, connection, name or whole.name)


def test_what_it_tells_of_itself(whole: Kept) -> None:
    old = read(whole)
    assert (old.name, old.objid, old.version, old.manifest) == (whole.name, whole.objid, 1, whole.anchor().manifest)
    assert old.roles()[0] == "original" and old.package == whole.root / "data" / whole.objid
    files = {file.original_name: file for file in old.objects("original")}
    assert {"笔录.txt", "决定书.txt"} <= set(files)
    path = f"representations/original/{files['笔录.txt'].path}"
    assert old.wanted(path)["sha256"] == files["笔录.txt"].digests["sha256"]
    assert files["笔录.txt"].path in old.in_mets("original")
    assert ("AIP-Version", "1") in old.info() and old.label()
    with pytest.raises(NotIntact):
        old.wanted("representations/original/data/none.txt")


@pytest.mark.parametrize("path", [csip.METS, csip.PREMIS, csip.CASE, f"representations/original/{csip.PREMIS}"])
def test_metadata_that_was_altered_is_not_believed(path: str, whole: Kept) -> None:
    file = whole.root / "data" / whole.objid / path
    good = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(good + b" ")
    try:
        with pytest.raises(NotIntact, match=r"storage\.predecessor-damaged") as refusal:
            read(whole)
    finally:
        file.write_bytes(good)
    assert [finding.where for finding in refusal.value.findings] == [f"data/{whole.objid}/{path}"]


def test_lists_that_are_not_the_ledger_s(whole: Kept) -> None:
    manifest = whole.root / "manifest-sha256.txt"
    good = manifest.read_bytes()
    manifest.chmod(0o644)
    manifest.write_bytes(good.splitlines(keepends=True)[0])
    try:
        with pytest.raises(NotIntact) as refusal:
            read(whole)
    finally:
        manifest.write_bytes(good)
    assert [finding.where for finding in refusal.value.findings] == ["manifest-sha256.txt"]


def test_one_that_nobody_has(whole: Kept) -> None:
    with pytest.raises(NotFound):
        read(whole, "aip-00000000000000000000000000_v0001")
