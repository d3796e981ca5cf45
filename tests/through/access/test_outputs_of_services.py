"""The services refuse to write into the archive themselves, whichever door calls them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from preserve.access.dip.assembling import Handover, deliver
from preserve.access.redaction.measuring import write_pages
from preserve.access.redaction.template import write_template
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.whole_package import hand_out
from preserve.administration.actor import Actor
from preserve.administration.duties import Role
from preserve.administration.fixity_report import write_report as write_fixity
from preserve.administration.people import Person
from preserve.archival_storage.labels import make_labels
from preserve.archival_storage.policy import read_policy
from preserve.archival_storage.provenance import write_events
from preserve.clock import now
from preserve.data_management.archive import Archive
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.errors import Refused
from preserve.home import Home, open_home
from preserve.ingest import preflight_table
from preserve.ingest.preflight import look_all
from preserve.preservation_planning.risk_report import write_report as write_risks
from preserve.progress import Silent
from tests.support.office import Office
from tests.support.program import state_of
from tests.unit.archival_storage.labels.test_labels import label

pytestmark = pytest.mark.xdist_group("bureau")
ARCHIVIST = Person("chen", "陈档案", frozenset({Role.ARCHIVIST}))
Service = Callable[[Home, Catalogue, str, Path], object]


def _deliver(home: Home, catalogue: Catalogue, number: str, target: Path) -> object:
    return deliver(Actor(Archive(home, catalogue), ARCHIVIST), number, Handover(target), Silent())


def _redactions(home: Home, catalogue: Catalogue, number: str, target: Path) -> object:
    with catalogue.read() as connection:
        return write_template(home, connection, number, target / "plan.toml")


def _pages(home: Home, catalogue: Catalogue, number: str, target: Path) -> object:
    with catalogue.read() as connection:
        return write_pages(home, connection, number, target, "chen")


def _restore(home: Home, catalogue: Catalogue, number: str, target: Path) -> object:
    with catalogue.read() as connection:
        name = REQUESTS.read(connection, home, number).cases[0]
    return hand_out(Actor(Archive(home, catalogue), ARCHIVIST), name, [], to=target, number=number, progress=Silent())


def _events(home: Home, catalogue: Catalogue, number: str, target: Path) -> object:
    with catalogue.read() as connection:
        return write_events(home, connection, "aip-x_v0001", target / "premis.xml")


SERVICES: dict[str, Service] = {
    "delivery": _deliver,
    "redactions": _redactions,
    "pages": _pages,
    "restore": _restore,
    "premis": _events,
    "fixity report": lambda home, catalogue, _, target: write_fixity(
        home, catalogue, read_policy(home.profiles), target, now()
    ),
    "risk report": lambda home, catalogue, _, target: write_risks(home, catalogue, target, now()),
    "labels": lambda home, catalogue, _, target: make_labels([label()], target / "l.pdf", "inlay", home),
    "table": lambda home, catalogue, _, target: preflight_table.write_table(target / "t.xlsx", [], home),
    "check": lambda home, catalogue, _, target: list(look_all(home, [target], target, 1, Silent())),
}


@pytest.fixture(scope="module")
def number(bureau: Office) -> str:
    """A request that was approved."""
    return bureau.approved()


@pytest.fixture(scope="module")
def package(bureau: Office) -> str:
    """A request for a whole package that was approved."""
    number = bureau.open("internal", "法制科", "--form", "package")
    bureau.json("wang", "request", "examine", number)
    bureau.json("head", "request", "approve", number)
    return number


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_writes_nothing_into_the_archive(
    name: str, bureau: Office, number: str, package: str, tmp_path: Path
) -> None:
    home = open_home(bureau.archive.home)
    (tmp_path / "link").symlink_to(home.store)
    before = state_of(home.store), state_of(home.keys)
    catalogue = open_catalogue(home)
    try:
        for target in (home.store / "packages", home.keys, home.path / "new", tmp_path / "link" / "packages"):
            with pytest.raises(Refused) as caught:
                SERVICES[name](home, catalogue, package if name == "restore" else number, target)
            assert caught.value.code == "output.inside"
    finally:
        catalogue.close()
    assert (state_of(home.store), state_of(home.keys)) == before and not (home.path / "new").exists()
