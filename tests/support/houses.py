"""A house of two fonds in this process, each with its people and a case; and a superior archive's auditor over both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from preserve.administration.appointing import add_person
from preserve.administration.duties import Role
from preserve.administration.house.founding import First, add_fonds, found_house
from preserve.administration.passwords import log_in, set_password
from preserve.administration.people import Person
from preserve.data_management.archive import Archive, open_archive
from preserve.data_management.fonds import FondsRow
from preserve.home import acting_person
from preserve.houses import home_in_house
from preserve.ingest.runner import Answerer, run
from preserve.progress import Silent
from preserve.services.session import Session, SystemUser, Token
from tests.support.sessions import appoint, session_of
from tests.support.tiny_case import write_case

PASSWORD = "long-enough-and-not-the-name"
BODIES = {"culture": "临江市文化和旅游局", "sport": "临江市体育局"}
ROLES = {"wu": Role.ARCHIVIST, "wang": Role.EXAMINER, "head": Role.HEAD, "song": Role.AUDITOR}


@dataclass(frozen=True)
class House:
    """Its folder, and the tokens of the people of each fonds, by fonds and account."""

    path: Path
    tokens: dict[str, dict[str, str]]

    @contextmanager
    def opened(self, code: str = "") -> Iterator[Archive]:
        """The archive of a fonds, or the register."""
        archive = open_archive(home_in_house(self.path, code))
        try:
            yield archive
        finally:
            archive.close()

    @contextmanager
    def founder(self) -> Iterator[Session]:
        """The session of who keeps the house."""
        with self.opened() as register:
            yield session_of(register, SystemUser(acting_person()))

    @contextmanager
    def person(self, code: str, account: str) -> Iterator[Session]:
        """The session of somebody of a fonds."""
        with self.opened(code) as archive:
            yield session_of(archive, Token(self.tokens[code][account]))


def number_in(code: str) -> str:
    """The number of the case in a fonds."""
    return f"{code}〔2026〕1号"


def make_house(folder: Path) -> House:
    """A house with both fonds and a case in each."""
    path = folder / "house"
    found_house(path, "临江市档案馆", "zh")
    house = House(path, {})
    with house.opened() as register:
        keeper = Person(acting_person(), acting_person(), frozenset({Role.ARCHIVIST}), founder=True)
        for code, name in BODIES.items():
            row = FondsRow(code, "", name, "", "", "")
            _, password = add_fonds(register, row, First("security", "沈安全"), keeper)
            house.tokens[code] = _people(house, code, password)
        house.tokens[""] = {"song": _token_of(appoint(register, "song", Role.AUDITOR))}
    for code, name in BODIES.items():
        with house.opened(code) as own:
            case = write_case(folder / f"case-{code}", case_number=number_in(code), producer={"name": name})
            run(own.home, own.catalogue, case, person=Answerer("wu", may=True), jobs=1, watcher=Silent())
    return house


def _token_of(session: Session) -> str:
    assert isinstance(session.credentials, Token)
    return session.credentials.text


def _people(house: House, code: str, first: str) -> dict[str, str]:
    tokens = {}
    with house.opened(code) as own:
        security = Person("security", "沈安全", frozenset({Role.SECURITY_ADMINISTRATOR}))
        set_password(own.catalogue, "security", first, PASSWORD, own.now())
        tokens["security"] = log_in(own.catalogue, "security", PASSWORD, own.now())[0]
        for account, role in ROLES.items():
            given = add_person(
                own.catalogue,
                account,
                person=f"{code}{account}",
                roles=[role.value],
                os_user="",
                actor=security,
                moment=own.now(),
            )
            set_password(own.catalogue, account, given, PASSWORD, own.now())
            tokens[account] = log_in(own.catalogue, account, PASSWORD, own.now())[0]
    return tokens
