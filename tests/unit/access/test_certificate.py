"""The certificate: signed, whole, readable by other people's tools; and every way in which it must not be made."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from preserve.access.certificate import CHAIN, NAME, CertificateMade, certify, check_signer
from preserve.access.dip import contents
from preserve.access.dip.contents import Given
from preserve.access.requests import filing
from preserve.access.requests.model import Request
from preserve.access.requests.selecting import read_case
from preserve.clock import now
from preserve.data_management import checkpoints, ledger
from preserve.data_management.database import open_catalogue
from preserve.errors import PreserveError
from preserve.home import Home, Signing, open_home
from tests.office import Office, make_office

pytestmark = pytest.mark.xdist_group("certificate")

DIP = "dip-01m8da4yhapvktyhqdbb39pb31"
EVIDENCE = hashlib.sha256(b"evidence").hexdigest()


@dataclass(frozen=True)
class Delivery:
    """An approved request whose files are copied out and whose package stands in the ledger: all but the certificate."""

    home: Home
    request: Request
    given: tuple[Given, ...]
    numbers: tuple[int, ...]

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        catalogue = open_catalogue(self.home)
        with catalogue.read() as connection:
            yield connection
        catalogue.close()

    def certify(self, folder: Path, home: Home | None = None, **changes: Any) -> CertificateMade:
        """The certificate in `folder`/DIP."""
        told = {"evidence": EVIDENCE, "given": self.given, "numbers": self.numbers} | changes
        staged = folder / DIP
        staged.mkdir(parents=True)
        with self.connection() as connection:
            return certify(
                home or self.home, connection, self.request, told["given"], staged, told["evidence"], told["numbers"]
            )

    def signed_by(self, **signing: Any) -> Home:
        """The home with another signer."""
        return replace(self.home, settings=self.home.settings.model_copy(update={"signing": Signing(**signing)}))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return make_office(tmp_path_factory.mktemp("office"), "--test-authority")


@pytest.fixture(scope="module")
def delivery(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Delivery:
    number = office.approved()
    home = open_home(office.archive.home)
    folder = tmp_path_factory.mktemp("files")
    catalogue = open_catalogue(home)
    given = []
    with catalogue.begin() as connection:
        request = filing.read_request(connection, home, number)
        assert request.examination is not None
        selection = request.examination.selection
        cases = {objid: read_case(connection, objid) for objid in request.cases}
        for count, (one, name) in enumerate(zip(selection, contents.names_for(selection), strict=True), 1):
            path = f"representations/original/data/{name}"
            size, digests = contents.take(home, one, folder / path, lambda moved: None)
            given.append(Given(count, path, "original", one, cases[one.objid].about(one.path), size, digests))
        numbers = [
            e.number for objid in cases for e in ledger.about(connection, objid) if e.action == "case.registered"
        ]
        numbers += [entry.number for entry in ledger.about(connection, number)]
        details = {"cases": list(cases), "request": number, "evidence_sha256": EVIDENCE, "files": len(given)}
        numbers.append(
            ledger.append(connection, action="dip.made", subject=DIP, actor="head", moment=now(), details=details)
        )
        checkpoints.checkpoint(connection, home.keys, home.settings.archive_id, now())
    catalogue.close()
    return Delivery(home, request, tuple(given), tuple(numbers))


@pytest.fixture(scope="module")
def made(delivery: Delivery, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    told = delivery.certify(folder)
    paper = folder / DIP / NAME
    assert told.sha256 == hashlib.sha256(paper.read_bytes()).hexdigest()
    assert told.signer.test
    assert told.findings == ()
    return paper


def pdfsig(paper: Path) -> str:
    return subprocess.run(["pdfsig", str(paper)], capture_output=True, text=True, check=False).stdout


def test_others_find_the_signature_valid_over_the_whole_file(made: Path) -> None:
    told = pdfsig(made)
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told
    assert "TEST 测试" in told


def test_without_a_signer_nothing_is_made_and_it_says_what_to_do(delivery: Delivery, tmp_path: Path) -> None:
    home = replace(delivery.home, settings=delivery.home.settings.model_copy(update={"signing": None}))
    for attempt in (lambda: check_signer(home), lambda: delivery.certify(tmp_path, home)):
        with pytest.raises(PreserveError) as told:
            attempt()
        assert told.value.code == "signing.none"
        assert told.value.status == 7
    assert list((tmp_path / DIP).iterdir()) == []
    assert CHAIN != NAME
