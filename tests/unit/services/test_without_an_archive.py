"""What is asked where there is no archive yet, or none that works: founding, health, packages, profiles."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from preserve.errors import Refused, UsageError
from preserve.home import open_home
from preserve.services.documents import as_document
from preserve.services.founding import found
from preserve.services.health import examine
from preserve.services.packages import verify
from preserve.services.profiles import check, list_profiles, show
from preserve.services.session import Session, begin
from tests.support.sips.parts import bag

NOBODY = Session(None, "en")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("founded") / "home"
    founded = found(NOBODY, "临江市文化和旅游局", place=place, digests=["sm3", "sha256"])
    assert (founded.home, founded.test_authority) == (place, False)
    return place


def at(home: Path) -> Session:
    return begin(home, None, "en", "home")


def test_an_archive_is_founded_once(home: Path) -> None:
    settings = open_home(home).settings
    assert (settings.digests, settings.language) == (("sha256", "sm3"), "en")
    with pytest.raises(Refused, match=r"home\.exists"):
        found(NOBODY, "另一单位", place=home)


def test_health_is_told_of_a_home_and_of_none(home: Path, tmp_path: Path) -> None:
    codes = {check.code: check.state for check in examine(NOBODY, home).checks}
    assert codes["health.catalogue"] == "good"
    missing = examine(NOBODY, tmp_path / "none")
    assert missing.status == 7
    last = as_document(missing)["checks"][-1]
    assert (last["code"], last["state"]) == ("health.home", "wrong")
    assert last["message"] and last["hint"]


@pytest.mark.parametrize("form", ["zip", "tar", "gztar"])
def test_a_package_is_verified_in_an_archive(form: str, tmp_path: Path) -> None:
    package = bag(tmp_path / "bag")
    packed = Path(shutil.make_archive(str(tmp_path / "packed"), form, tmp_path, "bag"))
    good = verify(NOBODY, packed)
    assert (good.status, good.kind, good.verdict, good.files) == (0, "bag", "valid-with-warnings", 2)
    (package / "bagit.txt").write_text("BagIt-Version : 1.0\nTag-File-Character-Encoding : UTF-8\n")
    odd = verify(NOBODY, Path(shutil.make_archive(str(tmp_path / "odd"), form, tmp_path, "bag")))
    assert (odd.status, odd.verdict, odd.damaged) == (4, "not-valid", False)
    packed.write_bytes(packed.read_bytes()[: packed.stat().st_size // 2])
    assert verify(NOBODY, packed).status == 4
    (tmp_path / "no.tar").write_text("no archive")
    assert [finding.code for finding in verify(NOBODY, tmp_path / "no.tar").findings] == ["bag.not-a-folder"]


def test_a_package_is_verified_anywhere(tmp_path: Path) -> None:
    package = bag(tmp_path / "bag")
    good = verify(NOBODY, package)
    assert (good.status, good.kind, good.contents_read) == (0, "bag", True)
    (package / "data" / "现场笔录.txt").write_bytes(b"altered")
    bad = verify(NOBODY, package)
    assert (bad.status, bad.verdict, bad.damaged) == (4, "not-valid", True)
    with pytest.raises(UsageError, match=r"cli\.verify-no-path"):
        verify(NOBODY, tmp_path / "absent")


def test_profiles_are_listed_checked_and_shown(home: Path) -> None:
    assert check(at(home)).status == 0
    assert not any(profile.own for profile in list_profiles(at(home)).profiles)
    penalty = show(at(home), "penalty")
    assert penalty.name == "cases/penalty.toml"
    assert penalty.documents and not penalty.text
    assert set(as_document(penalty)) == {"ok", "name", "profile"}
    words = show(at(home), "vocabulary")
    assert {word.field for word in words.words} == {"case_type", "measure", "incident", "outcome", "shows"}
    assert show(at(home), "storage").text
    with pytest.raises(Refused, match=r"profile\.name-unknown"):
        show(at(home), "nothing")


def test_a_wrong_profile_is_told_of_with_its_line(home: Path) -> None:
    own = home / "profiles" / "media.toml"
    own.write_text("nonsense = 1\n", encoding="utf-8")
    try:
        checked = check(at(home))
    finally:
        own.unlink()
    assert checked.status == 3
    (wrong,) = [profile for profile in checked.profiles if not profile.ok]
    assert (wrong.name, wrong.file) == ("media.toml", own)
    assert wrong.findings
    assert as_document(checked)["ok"] is False
