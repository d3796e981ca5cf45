"""A login is kept for the next commands: in a file of its owner's, trusted only as such, and never in the archive."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.administration import passwords
from preserve.administration.duties import Role
from preserve.administration.people import Person
from preserve.clock import now, stamp
from preserve.data_management.archive import Archive
from preserve.errors import NotPermitted
from preserve.home import acting_person
from preserve.services import people
from preserve.services.kept_session import Kept, Unsafe, forget, keep, read_kept
from preserve.services.session import Ended, SystemUser, Token, begin, of_this_process
from tests.support.people import session, staffed

PASSWORD = "a long enough password"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = staffed(tmp_path_factory.mktemp("kept") / "home", li=Role.EXAMINER)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of this test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("PRESERVE_TOKEN", raising=False)
    return tmp_path / "state"


def file_of(state: Path) -> Path:
    (file,) = (state / "preserve" / "sessions").iterdir()
    return file


def keep_for(archive: Archive, hours: int = 12) -> bool:
    return keep(archive.home, "li", "t" * 43, stamp(now() + timedelta(hours=hours)))


def test_what_is_kept_is_its_owners_alone_and_goes_with_the_home(archive: Archive, state: Path, tmp_path: Path) -> None:
    assert keep_for(archive)
    assert stat.S_IMODE(file_of(state).stat().st_mode) == 0o600
    assert stat.S_IMODE(file_of(state).parent.stat().st_mode) == 0o700
    kept = read_kept(archive.home.path)
    assert isinstance(kept, Kept) and (kept.account, kept.token) == ("li", "t" * 43)
    assert "t" * 43 not in repr(kept)
    assert of_this_process(archive.home.path) == Token("t" * 43)
    assert read_kept(tmp_path / "another home") is None
    assert of_this_process(tmp_path / "another home") == SystemUser(acting_person())
    assert forget(archive.home.path) and not forget(archive.home.path)
    assert of_this_process(archive.home.path) == SystemUser(acting_person())


def test_a_token_in_the_environment_counts_before_it(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    assert keep_for(archive)
    monkeypatch.setenv("PRESERVE_TOKEN", "another")
    assert of_this_process(archive.home.path) == Token("another")


def test_an_ended_session_is_nobodys_and_not_the_system_users(archive: Archive) -> None:
    assert keep_for(archive, hours=-1)
    credentials = of_this_process(archive.home.path)
    assert isinstance(credentials, Ended) and credentials.code == "people.session-ended"
    with pytest.raises(NotPermitted) as refused:
        people.who_am_i(begin(archive.home.path, credentials, "zh"))
    assert (refused.value.code, refused.value.where) == ("people.session-ended", "li")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o620])
def test_a_file_that_others_can_reach_is_not_trusted(archive: Archive, state: Path, mode: int) -> None:
    assert keep_for(archive)
    file_of(state).chmod(mode)
    assert isinstance(read_kept(archive.home.path), Unsafe)
    assert isinstance(of_this_process(archive.home.path), Ended)


def test_a_link_a_pipe_and_nonsense_are_not_trusted(archive: Archive, state: Path, tmp_path: Path) -> None:
    assert keep_for(archive)
    file = file_of(state)
    content = file.read_bytes()
    (tmp_path / "elsewhere").write_bytes(content)
    (tmp_path / "elsewhere").chmod(0o600)
    file.unlink()
    file.symlink_to(tmp_path / "elsewhere")
    assert isinstance(read_kept(archive.home.path), Unsafe)
    file.unlink()
    os.mkfifo(file, 0o600)
    assert isinstance(read_kept(archive.home.path), Unsafe)
    file.unlink()
    for nonsense in (
        b"",
        b"{",
        b"[]",
        b'{"account": "li"}',
        json.dumps({**json.loads(content), "expires": "x"}).encode(),
    ):
        file.write_bytes(nonsense)
        file.chmod(0o600)
        assert isinstance(read_kept(archive.home.path), Unsafe), nonsense
    assert forget(archive.home.path)


def test_it_is_never_kept_in_the_archive(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (archive.home.path, archive.home.path / "below", archive.home.store):
        monkeypatch.setenv("XDG_STATE_HOME", str(place))
        assert not keep_for(archive)
        assert not list(archive.home.path.rglob("sessions"))


def test_nor_where_others_could_put_their_own(archive: Archive, state: Path) -> None:
    folder = state / "preserve" / "sessions"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    assert not keep_for(archive)


def test_a_login_is_kept_and_says_who_acts_and_until_when(archive: Archive) -> None:
    by = Person("security", "某security", frozenset({Role.SECURITY_ADMINISTRATOR}))
    first = passwords.reset_password(archive.catalogue, "li", actor=by, moment=now())
    passwords.set_password(archive.catalogue, "li", first, PASSWORD, now())
    entered = people.log_in(session(archive), "li", PASSWORD)
    assert people.keep_login(session(archive), entered)
    acting = begin(archive.home.path, of_this_process(archive.home.path), "zh")
    me = people.who_am_i(acting)
    acting.close()
    assert (me.account, me.roles, me.by, me.expires) == ("li", ("examiner",), "login", entered.expires)
    assert people.who_am_i(session(archive)).by == "system-user"
