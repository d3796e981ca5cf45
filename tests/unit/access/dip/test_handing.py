"""What is about to leave is written down first: after a kill it is known to be whole, or it is taken back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from ulid import ULID

from preserve.access.dip.assembling import Handover, deliver
from preserve.access.dip.forms import Form, Shape, hand_over
from preserve.access.dip.handing import Handing, forget, is_whole, note, noted, take_back
from preserve.access.requests.model import Delivery
from preserve.data_management.archive import Archive
from preserve.errors import Conflict, NotIntact
from preserve.home import Home
from preserve.progress import Silent
from tests.support.asking import Counter
from tests.support.dips import DIP
from tests.support.small_case import small_archive

pytestmark = pytest.mark.xdist_group("dip")
NUMBER = "2026-0001"
DELIVERY = Delivery(
    dip=DIP,
    by="wang",
    when="2026-03-12T01:30:15Z",
    to="张法官",
    form="folder",
    files=1,
    size=1,
    evidence_sha256="0" * 64,
    certificate_sha256="0" * 64,
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = small_archive(tmp_path / "home")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def delivered(counter: Counter, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package as it leaves."""
    target = tmp_path_factory.mktemp("delivered")
    return deliver(counter.actor(), counter.approved().number, Handover(target), Silent()).place


@pytest.fixture
def staged(delivered: Path, tmp_path: Path) -> Path:
    shutil.copytree(delivered, tmp_path / "staged" / DIP)
    return tmp_path / "staged" / DIP


def begun(home: Home, staged: Path, target: Path, form: Form = "folder") -> Handing:
    target.mkdir()
    return note(home, NUMBER, staged, DELIVERY, target, form, None)


def test_a_note_reads_back_until_it_is_forgotten(archive: Archive, staged: Path, tmp_path: Path) -> None:
    assert noted(archive.home, NUMBER) is None
    made = begun(archive.home, staged, tmp_path / "out", "zip")
    assert noted(archive.home, NUMBER) == made and made.place == tmp_path / "out" / f"{DIP}.zip"
    assert noted(archive.home, "2026-0002") is None
    forget(archive.home, NUMBER)
    assert noted(archive.home, NUMBER) is None


def test_a_note_that_cannot_be_read_is_not_passed_over(archive: Archive, staged: Path, tmp_path: Path) -> None:
    begun(archive.home, staged, tmp_path / "out")
    file = archive.home.work / f"request-{NUMBER}.handing.json"
    file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(NotIntact, match=r"proceeding\.record-altered"):
        noted(archive.home, NUMBER)


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_it_is_whole_only_byte_for_byte(archive: Archive, staged: Path, tmp_path: Path, form: Form) -> None:
    readme = (staged / "README.html").read_bytes()
    made = begun(archive.home, staged, tmp_path / "out", form)
    assert not is_whole(made, staged, "", Silent()), "nothing is there yet"
    hand_over(staged, tmp_path / "out", Shape(form), Silent())
    assert is_whole(made, staged, "", Silent())
    victim = made.place / "README.html" if form == "folder" else made.place
    victim.write_bytes(victim.read_bytes().replace(readme, readme[:-1] + b"?"))
    assert not is_whole(made, staged, "", Silent())


def test_a_package_with_another_seal_is_another_package(archive: Archive, staged: Path, tmp_path: Path) -> None:
    made = begun(archive.home, staged, tmp_path / "out")
    hand_over(staged, tmp_path / "out", Shape("folder"), Silent())
    other = made.model_copy(update={"sealed": "1" * 64})
    assert is_whole(made, staged, "", Silent()) and not is_whole(other, staged, "", Silent())


def test_what_was_not_entered_is_taken_back_and_nothing_else(archive: Archive, staged: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    begun(archive.home, staged, out)
    for name in (DIP, f".{DIP}.part", f".{DIP}.{str(ULID()).lower()}.part"):
        (out / name).mkdir()
        (out / name / "x").write_text("x")
    (out / f"{DIP}.iso.part").write_text("x")
    (out / "dip-of-another").mkdir()
    take_back(archive.home, NUMBER)
    assert [path.name for path in out.iterdir()] == ["dip-of-another"]
    assert noted(archive.home, NUMBER) is None
    take_back(archive.home, NUMBER)  # of nothing there is nothing to take back


def test_a_link_of_that_name_is_removed_and_not_followed(archive: Archive, staged: Path, tmp_path: Path) -> None:
    begun(archive.home, staged, tmp_path / "out")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "own.txt").write_text("x")
    (tmp_path / "out" / DIP).symlink_to(elsewhere)
    take_back(archive.home, NUMBER)
    assert (elsewhere / "own.txt").read_text() == "x" and list((tmp_path / "out").iterdir()) == []


def test_a_stick_that_was_pulled_out_is_asked_for(archive: Archive, staged: Path, tmp_path: Path) -> None:
    made = begun(archive.home, staged, tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "pulled")
    for deed in (lambda: take_back(archive.home, NUMBER), lambda: is_whole(made, staged, "", Silent())):
        with pytest.raises(Conflict, match=r"request\.handed-over-elsewhere"):
            deed()
    assert noted(archive.home, NUMBER) == made
