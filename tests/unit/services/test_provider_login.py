"""Logging in by the provider is held to what any login is held to: locks, second factor, sessions, the ledger."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from preserve.administration.appointing import add_program
from preserve.administration.duties import Role
from preserve.administration.people import Person
from preserve.clock import now
from preserve.data_management import logins
from preserve.data_management.archive import Archive
from preserve.errors import Busy, NotFound, NotPermitted, Refused, Throttled, ToolMissing
from preserve.services import people, provider_login, security_keys, sessions
from preserve.services.provider_login import Answer, Arrived
from preserve.services.session import Session, Token
from preserve.settings import Oidc
from tests.support.provider import CLIENT, SECRET, Provider, own_authority, provided
from tests.support.security_key import SecurityKey
from tests.support.sessions import appoint, entries, founded, session_of

BACK = "http://127.0.0.1:8480/login/provider"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with provided() as running:
        yield running


@dataclass
class Desk:
    """An archive with a head, an archivist and a program, and the provider that its settings name."""

    archive: Archive
    provider: Provider

    def nobody(self, address: str = "", **settings: Any) -> Session:
        """A session of somebody who has not logged in, where the settings of the provider are these."""
        given = {"issuer": self.provider.issuer, "client_id": CLIENT, "client_secret_file": "secret", **settings}
        home = self.archive.home
        web = home.settings.web.model_copy(update={"oidc": Oidc(**given)})
        set_so = replace(home, settings=home.settings.model_copy(update={"web": web}))
        return replace(session_of(self.archive, None), opened_home=set_so, address=address)

    def log_in(self, account: str, address: str = "", back: str = BACK, **settings: Any) -> Arrived:
        """All the way."""
        session = self.nobody(address, **settings)
        at = provider_login.ask_provider(session, back)
        query = parse_qs(urlsplit(self.provider.log_in(at.address, account)).query)
        return provider_login.open_by_provider(session, Answer(query["state"][0], query["code"][0]), at.browser)

    def refusals(self) -> list[dict[str, Any]]:
        return [one for one in entries(self.archive) if one["action"] == logins.LOGIN_REFUSED]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Desk]:
    archive = founded(tmp_path_factory.mktemp("provided"))
    appoint(archive, "security", Role.SECURITY_ADMINISTRATOR)
    appoint(archive, "head", Role.HEAD)
    appoint(archive, "archivist", Role.ARCHIVIST)
    security = Person("security", "沈安全", frozenset({Role.SECURITY_ADMINISTRATOR}))
    add_program(archive.catalogue, "filer", person="办案系统", roles=["depositor"], actor=security, moment=now())
    (archive.home.path / "secret").write_text(SECRET, encoding="utf-8")
    (archive.home.path / "secret").chmod(0o600)
    yield Desk(archive, provider)
    archive.close()


def test_nothing_of_it_is_there_where_no_provider_is_set(desk: Desk) -> None:
    session = session_of(desk.archive, None)
    for deed in (
        lambda: provider_login.ask_provider(session, BACK),
        lambda: provider_login.open_by_provider(session, Answer("state", "code"), "browser"),
        lambda: provider_login.open_by_code(session, "ticket", "browser", "000000"),
    ):
        with pytest.raises(NotFound, match=r"people\.no-provider"):
            deed()
    asked = "import sys, preserve.services.rooms, preserve.web.app as a; a.all_pages(); print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert not any(f"'{name}'" in loaded for name in ("authlib", "joserfc", "httpx"))


def test_more_sessions_than_one_may_have_end_the_oldest(desk: Desk) -> None:
    roles = frozenset({Role.HEAD})
    most = sessions.rules(desk.nobody()).session.most(roles)
    came = [desk.log_in("head").opened for _ in range(most + 1)]
    tokens = [one.token for one in came if one is not None]
    with pytest.raises(NotPermitted, match=r"people\.token-unknown"):
        people.who_am_i(session_of(desk.archive, Token(tokens[0])))
    for token in tokens[1:]:
        assert people.who_am_i(session_of(desk.archive, Token(token))).account == "head"


def test_a_second_factor_that_is_asked_of_a_role_is_asked_here_too(desk: Desk) -> None:
    rules = desk.archive.home.profiles / "people.toml"
    rules.parent.mkdir(exist_ok=True)
    from preserve.profiles import SHIPPED

    shipped = (SHIPPED / "people.toml").read_text(encoding="utf-8")
    asked = shipped.replace("asked_of = []", 'asked_of = ["archivist"]')
    assert asked != shipped
    rules.write_text(asked, encoding="utf-8")
    try:
        opened = desk.log_in("archivist").opened
    finally:
        rules.unlink()
    assert opened is not None
    assert opened.second_factor_wanted
    assert not people.who_am_i(session_of(desk.archive, Token(opened.token))).duties


def test_a_program_has_no_person_who_could_log_in(desk: Desk) -> None:
    with pytest.raises(NotPermitted, match=r"people\.provider-no-entry"):
        desk.log_in("filer")


def test_an_account_that_is_locked_is_locked_here_too(desk: Desk) -> None:
    nobody = desk.nobody("10.0.0.66")
    for _ in range(5):
        with pytest.raises(NotPermitted, match=r"people\.password-wrong"):
            sessions.open_session(nobody, "archivist", "not the password")
    with pytest.raises(NotPermitted, match=r"people\.provider-no-entry"):
        desk.log_in("archivist", "10.0.0.67")
    last = desk.refusals()[-1]
    assert (last["subject"], last["details"]["provider"]) == ("archivist", desk.provider.issuer)


def test_refusals_of_nobody_stand_in_the_ledger_together_and_close_the_address(desk: Desk) -> None:
    before = len(desk.refusals())
    session = desk.nobody("10.0.0.68")
    for _ in range(20):
        with pytest.raises(NotPermitted, match=r"people\.provider-stale"):
            provider_login.open_by_provider(session, Answer("no-state", "code"), "no-browser")
    with pytest.raises(Throttled):
        provider_login.open_by_provider(session, Answer("no-state", "code"), "no-browser")
    told = desk.refusals()[before:]
    assert len(told) <= 1
    of_nobody = [one for one in desk.refusals() if not one["subject"] and "provider" in one["details"]]
    assert of_nobody
    assert all(one["details"]["provider"] == desk.provider.issuer for one in of_nobody)


def test_a_secret_that_everybody_may_read_or_that_is_missing_is_not_used(desk: Desk) -> None:
    open_file = desk.archive.home.path / "open"
    open_file.write_text(SECRET, encoding="utf-8")
    open_file.chmod(0o644)
    with pytest.raises(Refused, match=r"people\.provider-secret-open"):
        desk.log_in("head", client_secret_file="open")
    with pytest.raises(ToolMissing, match=r"people\.provider-file"):
        desk.log_in("head", client_secret_file="missing")
    with pytest.raises(ToolMissing, match=r"people\.provider-file"):
        desk.log_in("head", ca_file="missing.pem")


def test_a_wrong_secret_lets_nobody_in(desk: Desk) -> None:
    (desk.archive.home.path / "other").write_text("another", encoding="utf-8")
    (desk.archive.home.path / "other").chmod(0o600)
    with pytest.raises(NotPermitted, match=r"people\.provider-wrong"):
        desk.log_in("head", client_secret_file="other")


def test_only_the_authority_in_the_settings_vouches_for_the_provider(desk: Desk, tmp_path: Path) -> None:
    certificate, key = own_authority(tmp_path)
    with provided(tls=(certificate, key)) as secure:
        by_tls = replace(desk, provider=secure)
        with pytest.raises(Busy, match=r"people\.provider-down"):
            by_tls.log_in("head")
        assert by_tls.log_in("head", ca_file=str(certificate)).opened is not None


def test_a_security_key_is_asked_for_here_too(desk: Desk) -> None:
    own, key, origin = appoint(desk.archive, "keyed", Role.ARCHIVIST), SecurityKey(), "http://localhost:8480"
    begun = security_keys.begin(own, "key", password="long-enough-and-not-the-name", origin=origin)
    assert security_keys.add(own, key.create(begun.options, origin)).first
    elsewhere = desk.log_in("keyed", "10.0.0.9")
    assert (elsewhere.opened, elsewhere.ticket) == (None, "") and elsewhere.asked is not None
    assert (elsewhere.asked.options, elsewhere.asked.elsewhere) == ("", ("localhost",)), "it is asked by its number"
    arrived = desk.log_in("keyed", "10.0.0.9", f"{origin}/login/provider")
    assert arrived.opened is None and arrived.asked is not None
    session, signed = desk.nobody("10.0.0.9"), key.get(arrived.asked.options, origin)
    with pytest.raises(NotPermitted, match=r"people\.provider-no-entry"):
        security_keys.open_by_key(session, elsewhere.asked.number, answer=signed)
    assert desk.refusals()[-1]["details"]["provider"] == desk.provider.issuer
    opened = security_keys.open_by_key(session, arrived.asked.number, answer=signed)
    assert people.who_am_i(session_of(desk.archive, Token(opened.token))).account == "keyed"
    entered = [one for one in entries(desk.archive) if one["action"] == logins.LOGGED_IN][-1]
    assert entered["details"]["provider"] == desk.provider.issuer
