"""What a job leaves in files: its progress, told by number, and results that are fetched by number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from preserve.data_management.archive import Archive
from preserve.errors import NotFound
from preserve.messages import speaking
from preserve.services import job_folders
from preserve.services.job_child import Told
from tests.support.people import staffed


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = staffed(tmp_path_factory.mktemp("folders") / "home")
    yield opened
    opened.close()


def test_progress_is_told_in_both_languages(archive: Archive) -> None:
    place = job_folders.folder(archive.home, "J1")
    place.mkdir(parents=True)
    told = Told(place / job_folders.PROGRESS)
    told.begin("plan.step-identify", 200, 4)
    told(50, 1)
    told.close()
    (first, last) = job_folders.told(archive.home, "J1")
    assert (first.number, first.done, last.number, last.done, last.files_done) == (1, 0, 2, 50, 1)
    with speaking("zh"):
        chinese = job_folders.say_progress(last)
    with speaking("en"):
        english = job_folders.say_progress(last)
    assert "25%" in chinese and "25%" in english and chinese != english
    assert [one.number for one in job_folders.told(archive.home, "J1", after=1)] == [2]


def test_a_line_that_is_not_whole_yet_is_not_read(archive: Archive) -> None:
    place = job_folders.folder(archive.home, "J2")
    place.mkdir(parents=True)
    (place / job_folders.PROGRESS).write_text('{"number": 1, "code": "x"', encoding="ascii")
    assert list(job_folders.told(archive.home, "J2")) == []
    assert job_folders.newest(archive.home, "none") is None


def test_results_are_fetched_by_number_alone(archive: Archive) -> None:
    out = job_folders.outbox(archive.home, "J3")
    (out / "folder").mkdir(parents=True)
    (out / "b.pdf").write_bytes(b"two")
    (out / "folder" / "a.pdf").write_bytes(b"three")
    (out / "link").symlink_to(archive.home.keys)
    known = job_folders.files_of(archive.home, "J3")
    assert [(one.number, one.name, one.bytes) for one in known] == [(1, "b.pdf", 3), (2, "folder/a.pdf", 5)]
    assert job_folders.file_of(archive.home, "J3", 2).read_bytes() == b"three"
    for number in (0, 3, -1):
        with pytest.raises(NotFound):
            job_folders.file_of(archive.home, "J3", number)


def test_secrets_are_kept_until_the_job_is_over(archive: Archive) -> None:
    job_folders.keep_secrets(archive.home, "J4", {"password": "秘密"})
    (kept,) = (archive.home.work / "web" / "asked").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o640
    assert job_folders.read_secrets(archive.home, "J4") == {"password": "秘密"}
    job_folders.forget_secrets(archive.home, "J4")
    assert job_folders.read_secrets(archive.home, "J4") == {}
