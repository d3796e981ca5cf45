"""Who asks: credentials that are somebody's or nobody's, and what an operation finds open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.clock import now
from preserve.data_management.archive import Archive
from preserve.errors import NotPermitted, UsageError
from preserve.home import acting_person
from preserve.progress import Silent
from preserve.services.session import Credentials, Session, SystemUser, Token, begin, of_this_process, sign_in
from tests.support.people import staffed


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = staffed(tmp_path_factory.mktemp("session") / "home", li=Role.EXAMINER)
    yield opened
    opened.close()


def who(archive: Archive, credentials: Credentials) -> str:
    with archive.catalogue.read() as connection:
        return sign_in(connection, credentials, now()).account


def test_a_system_user_is_who_the_ledger_says(archive: Archive) -> None:
    assert who(archive, SystemUser("li")) == "li"
    assert who(archive, SystemUser(acting_person())) == acting_person()


@pytest.mark.parametrize("credentials", [None, SystemUser("stranger"), SystemUser(""), Token(""), Token("x" * 43)])
def test_nobody(credentials: Credentials, archive: Archive) -> None:
    """An empty token is nobody's: it never falls back to who started the process."""
    with pytest.raises(NotPermitted):
        who(archive, credentials)


def test_a_token_in_the_environment_counts_before_the_system_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRESERVE_TOKEN", raising=False)
    assert of_this_process() == SystemUser(acting_person())
    for text in ("abc", ""):
        monkeypatch.setenv("PRESERVE_TOKEN", text)
        assert of_this_process() == Token(text)


def test_a_token_is_never_printed() -> None:
    session = Session(Token("secret-of-somebody"))
    assert "secret" not in repr(session) and "secret" not in repr(replace(session, language="en"))


def test_what_an_operation_did_not_ask_for_is_not_there(archive: Archive) -> None:
    session = begin(None, SystemUser("li"), "zh", "nothing")
    for name in ("archive", "home", "person", "actor"):
        with pytest.raises(AssertionError):
            getattr(session, name)
    session.close()  # nothing is open
    at_home = begin(archive.home.path, None, "zh", "home")
    assert at_home.home.path == archive.home.path
    with pytest.raises(AssertionError):
        _ = at_home.archive


def test_nobody_is_recognised_before_an_operation_asks(archive: Archive) -> None:
    session = begin(archive.home.path, SystemUser("li"), "en")
    try:
        assert session.archive.home == session.home and session.acting is None
        progress = Silent()
        assert session.watched(progress).progress is progress and session.progress is not progress
    finally:
        session.close()


def test_where_there_is_no_archive(tmp_path: Path) -> None:
    for needs in ("archive", "home"):
        with pytest.raises(UsageError):
            begin(tmp_path / "none", None, "zh", needs)  # type: ignore[arg-type]
