"""Any disc against the list that it carries, with no archive: damage by file, and what is no disc of ours."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from preserve.archival_storage.discs.checking import DiscReport, check_disc, repaired_copy
from storage_adapters.errors import MediumAbsent
from storage_adapters.optical.image import Graft, make_image
from storage_adapters.optical.reading import list_files
from tests.support.disc_images import WHEN, augmented_by_hand
from tests.support.waiting_disc import Waiting


def test_a_disc_is_intact_and_says_which_it_is(waiting: Waiting) -> None:
    moved: list[int] = []
    report = check_disc(waiting.disc.built.image, moved.append)
    assert report.intact and report.findings == () and report.marker is not None
    assert (report.sha256, report.size) == (waiting.disc.built.sha256, waiting.disc.built.size)
    assert (report.marker.identity, report.list_sha256) == (waiting.disc.recipe.medium, waiting.disc.built.list_sha256)
    assert sum(moved) == report.size and not report.repairable


def test_damage_is_named_by_file(waiting: Waiting, tmp_path: Path) -> None:
    image = waiting.disc.built.image
    file = next(file for file in list_files(image) if file.path.endswith(".txt") and "/original/data/" in file.path)
    (tmp_path / "bad.iso").write_bytes(image.read_bytes())
    with (tmp_path / "bad.iso").open("r+b") as disc:
        disc.seek(file.extents[0][0])
        disc.write(b"?")
    report = check_disc(tmp_path / "bad.iso")
    assert [(finding.code, finding.where) for finding in report.findings] == [("storage.disc-file-damaged", file.path)]
    assert not report.intact


def test_what_is_cut_off_and_what_is_no_disc(waiting: Waiting, tmp_path: Path) -> None:
    whole = waiting.disc.built.image.read_bytes()
    (tmp_path / "cut.iso").write_bytes(whole[: len(whole) // 2])
    report = check_disc(tmp_path / "cut.iso", size=len(whole))
    assert not report.intact and report.unreadable > 0
    (tmp_path / "none.iso").write_bytes(bytes(1 << 20))
    (finding,) = check_disc(tmp_path / "none.iso").findings
    assert finding.code == "storage.disc-unreadable"
    with pytest.raises(MediumAbsent):
        check_disc(tmp_path / "absent.iso")


def test_a_disc_of_somebody_else_has_no_list_and_no_marker(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    make_image([Graft("a", tmp_path / "a")], tmp_path / "x.iso", "V", WHEN)
    report = check_disc(tmp_path / "x.iso")
    assert {finding.code for finding in report.findings} == {"storage.disc-no-list", "storage.disc-no-marker"}
    (tmp_path / "manifest-sha256.txt").write_text("0" * 64 + "  gone\n")
    names = ("a", "manifest-sha256.txt")
    make_image([Graft(name, tmp_path / name) for name in names], tmp_path / "y.iso", "V", WHEN)
    assert {(finding.code, finding.where) for finding in check_disc(tmp_path / "y.iso").findings} >= {
        ("storage.disc-file-absent", "gone"),
        ("storage.disc-file-unexpected", "a"),
    }


def test_what_carries_no_error_correction_is_not_repaired_and_the_disc_is_left(
    waiting: Waiting, tmp_path: Path
) -> None:
    before = waiting.disc.built.image.read_bytes()
    error = repaired_copy(waiting.disc.built.image, tmp_path / "image.iso")
    assert error is not None and error.findings == () and error.values["repaired"] == 0
    assert waiting.disc.built.image.read_bytes() == before == (tmp_path / "image.iso").read_bytes()


def _cut(waiting: Waiting, path: Path, kept: int, *, corrected: bool = False) -> DiscReport:
    """What is found of the disc of which only the first sectors are left."""
    image = waiting.disc.built.image
    if corrected:
        augmented_by_hand(image, path, layer=image.stat().st_size // 2048 // 80, roots=100)
    else:
        shutil.copyfile(image, path)
    with path.open("r+b") as disc:
        disc.truncate(kept * 2048 if kept > 0 else path.stat().st_size + kept * 2048)
    return check_disc(path)


def test_each_loss_of_the_end_is_told_in_its_own_words(waiting: Waiting, tmp_path: Path) -> None:
    image = waiting.disc.built.image
    sectors = image.stat().st_size // 2048
    ends = max(offset + length for file in list_files(image) for offset, length in file.extents)
    told = {
        "padding-cut": _cut(waiting, tmp_path / "a", -2),
        "data-cut": _cut(waiting, tmp_path / "b", ends // 2048 - 3),
        "correction-cut": _cut(waiting, tmp_path / "c", -2, corrected=True),
        "correction-gone": _cut(waiting, tmp_path / "d", sectors + 1, corrected=True),
    }
    for name, report in told.items():
        finding = report.findings[0]
        assert finding.code == f"storage.disc-{name}"
        assert report.intact == (name != "data-cut")
        assert report.repairable == (name == "correction-cut"), name
    assert told["padding-cut"].findings[0].values == {"sectors": 2, "whole": sectors}
    assert any(finding.code == "storage.disc-file-unreadable" for finding in told["data-cut"].findings)


def test_a_disc_that_is_longer_or_whole_lacks_nothing(waiting: Waiting, tmp_path: Path) -> None:
    assert _cut(waiting, tmp_path / "a", 10**5).findings == ()
    whole = _cut(waiting, tmp_path / "b", 10**5, corrected=True)
    assert (whole.findings, whole.repairable) == ((), True)


def test_the_archive_knows_that_a_disc_had_error_correction(waiting: Waiting, tmp_path: Path) -> None:
    image = waiting.disc.built.image
    report = check_disc(image, size=image.stat().st_size + 5000 * 2048)
    assert [finding.code for finding in report.findings] == ["storage.disc-correction-gone"]
    assert not report.repairable
