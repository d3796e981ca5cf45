"""What may be chosen for an import: listed by names, found again by digests, and nothing beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.data_management.archive import Archive, open_archive
from preserve.errors import NotFound, Refused, UsageError
from preserve.services import import_places, job_arguments, jobs
from preserve.services.import_places import PlaceShown, give_list, list_places
from tests.support.people import session, staffed


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive with an inbox of everything, and one that is not there."""
    first = staffed(tmp_path / "home")
    share = tmp_path / "share"
    (share / "旧档" / "2012年").mkdir(parents=True)
    (share / "旧档" / "DISC1.ISO").write_bytes(b"x" * 10)
    (share / "旧档" / "目录.xlsx").write_bytes(b"PK")
    (share / "旧档" / "别的.txt").write_bytes(b"x")
    (share / "旧档" / ".hidden").mkdir()
    (share / "旧档" / "link").symlink_to("/etc")
    os.mkdir(os.fsencode(share) + b"/\xd2\xc6\xb6\xaf\xc5\xcc")
    path = first.home.path
    with (path / "preserve.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[web]\ninbox = ["{share}", "{tmp_path / "away"}", "inbox"]\n')
    first.close()
    opened = open_archive(path)
    yield opened
    opened.close()


def below(archive: Archive, name: str, within: str = "") -> PlaceShown:
    (found,) = [one for one in list_places(session(archive), within=within).places if one.name == name]
    return found


def test_folders_images_and_lists_are_offered_and_nothing_else(archive: Archive) -> None:
    share = below(archive, "share")
    assert not share.may_be_chosen, "an inbox as a whole is no carrier"
    old = below(archive, "旧档", share.id)
    shown = list_places(session(archive), within=old.id)
    assert [(one.name, one.kind, one.may_be_chosen) for one in shown.places] == [
        ("2012年", "folder", True),
        ("DISC1.ISO", "image", True),
        ("目录.xlsx", "list", True),
    ]
    assert [one.name for one in shown.within] == ["share", "旧档"]
    assert "away" in shown.absent and not shown.more
    assert "cases" in dict(shown.kinds)
    assert import_places.kind_label(session(archive), "none-such") == "none-such"


def test_what_was_chosen_is_found_again_while_it_lies_there(archive: Archive) -> None:
    old = below(archive, "旧档", below(archive, "share").id)
    image = below(archive, "DISC1.ISO", old.id)
    chosen = list_places(session(archive), chosen=[image.id, old.id, image.id]).chosen
    assert [one.path.name for one in chosen] == ["DISC1.ISO", "旧档"]
    job_arguments.require_reachable(archive.home, {"places": [one.path for one in chosen]})
    image.path.unlink()
    with pytest.raises(NotFound):
        list_places(session(archive), chosen=[image.id])


def test_what_nobody_listed_is_not_found(archive: Archive) -> None:
    share = below(archive, "share")
    old = below(archive, "旧档", share.id)
    image = below(archive, "DISC1.ISO", old.id)
    for wrong in (
        "..",
        "/etc",
        "0",
        f"{share.id}.0",
        f"{image.id}.0",
        f"{old.id}.{import_places._mark('link')}",
        "." * 9,
    ):
        with pytest.raises(NotFound):
            list_places(session(archive), within=wrong)
        with pytest.raises(NotFound):
            list_places(session(archive), chosen=[wrong])


def test_a_list_is_no_folder(archive: Archive) -> None:
    old = below(archive, "旧档", below(archive, "share").id)
    with pytest.raises(Refused):
        list_places(session(archive), within=below(archive, "目录.xlsx", old.id).id)


def test_a_name_in_gbk_is_read_and_a_job_is_asked_for_with_its_bytes(archive: Archive) -> None:
    names = list_places(session(archive), within=below(archive, "share").id).places
    (odd,) = [one for one in names if one.name != "旧档"]
    assert odd.name == "移动盘"
    asked = jobs.ask(session(archive), "import.plan", {"cases": str(odd.path), "places": [str(odd.path)]})
    shown = jobs.show(session(archive), asked.id)
    assert shown.subject == "移动盘"
    assert job_arguments.read("import.plan", shown.arguments)["cases"] == odd.path


def test_a_list_is_kept_until_it_is_old_and_a_job_may_read_it(archive: Archive) -> None:
    given = give_list(session(archive), "目录.xlsx", b"PK\x03\x04")
    assert given.path.read_bytes() == b"PK\x03\x04" and given.path.name == "目录.xlsx"
    job_arguments.require_reachable(archive.home, {"cases": given.path})
    assert give_list(session(archive), "目录.xlsx", b"PK\x03\x04").path == given.path
    old = given.path.stat().st_mtime - timedelta(days=40).total_seconds()
    os.utime(given.path.parent, (old, old))
    other = give_list(session(archive), "b.csv", b"x")
    assert not given.path.exists() and other.path.exists()
    for name in ("x.exe", "../x.xlsx", ".xlsx", "a/b.csv", ""):
        with pytest.raises(UsageError):
            give_list(session(archive), name, b"x")
    with pytest.raises(Refused):
        job_arguments.require_reachable(archive.home, {"cases": job_arguments.given_lists(archive.home)})
