"""Any disc against the list that it carries, with no archive: damage by file, and what is no disc of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.archival_storage.discs.checking import check_disc, repaired_copy
from storage_adapters.errors import MediumAbsent
from storage_adapters.optical.image import Graft, make_image
from storage_adapters.optical.reading import list_files
from tests.support.disc_images import WHEN
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
