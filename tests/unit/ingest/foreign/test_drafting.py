"""Drafts for packages: what they say of themselves counts before what their files show."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.errors import Refused
from preserve.ingest.foreign.drafting import draft_package, names_in_package, package_at
from preserve.ingest.handed import Handed
from tests.support.foreign_packages import eark, laid, packed

ABOUT = (
    '<dc xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>某网吧案</dc:title><dc:identifier>x-1</dc:identifier>'
    "<dc:identifier>临文综罚〔2026〕5号</dc:identifier><dc:creator>某支队</dc:creator>"
    "<dc:date>2026-01-02/2026-03-04</dc:date></dc>"
)


def test_a_draft_says_what_the_package_says_and_what_its_files_show(tmp_path: Path) -> None:
    files = eark({"立案审批表.txt": b"one"}) | {"metadata/descriptive/dc.xml": ABOUT}
    deposit = package_at(packed(tmp_path / "p.zip", files), None)
    assert deposit is not None
    content, findings = draft_package(deposit, None, institution="某局")
    assert (content["title"], content["case_number"]) == ("某网吧案", "临文综罚〔2026〕5号")
    assert (content["producer"], content["start"], content["closed"]) == (
        {"name": "某支队"},
        "2026-01-02",
        "2026-03-04",
    )
    assert [(row["file"], row["kind"], row["stage"]) for row in content["objects"]] == [
        ("立案审批表.txt", "立案审批表", "initiation")
    ]
    assert "foreign.recognised" in {finding.code for finding in findings}


def test_of_many_files_each_has_its_own_row(tmp_path: Path) -> None:
    names = [f"photos/{number:04}.txt" for number in range(450)]
    deposit = package_at(packed(tmp_path / "p.zip", eark({name: name.encode() for name in names})), None)
    assert deposit is not None
    rows = draft_package(deposit)[0]["objects"]
    assert [row["file"] for row in rows] == names


def test_names_are_told_without_comparing_anything(tmp_path: Path) -> None:
    """Also of a package whose bytes are not what it says: the form shows it, and the check says what is wrong."""
    files = eark({"a.txt": b"one"}) | {"representations/r1/data/a.txt": b"other"}
    folder = laid(tmp_path / "p", files)
    assert names_in_package(Handed(folder), None) == {"representations/r1/data/a.txt": "a.txt"}


@pytest.mark.parametrize("more", [{"case.json": "{}"}, {"案卷.xlsx": b"x"}])
def test_what_is_described_already_is_no_package(tmp_path: Path, more: dict[str, bytes | str]) -> None:
    folder = laid(tmp_path / "p", eark({"a.txt": b"one"}) | more)
    assert package_at(folder, None) is None and names_in_package(Handed(folder), None) is None


def test_an_ordinary_folder_and_what_is_hostile_are_none(tmp_path: Path) -> None:
    assert package_at(laid(tmp_path / "p", {"a.txt": b"one"}), None) is None
    assert package_at(packed(tmp_path / "q.zip", eark({"a.txt": b"one"}) | {"../x": b""}), None) is None
    assert package_at(laid(tmp_path / "empty", {"a/b": b""}) / "none", None) is None


def test_one_that_cannot_be_taken_in_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        package_at(packed(tmp_path / "p.zip", {"METS.xml": "no", "representations/r1/data/a.txt": b"1"}), None)
