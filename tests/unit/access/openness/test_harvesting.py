"""OAI-PMH: a stranger's harvester gets what is open, page by page, and is told what is closed again."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from lxml import etree
from oaipmh_scythe import NoRecordsMatch, Scythe

from preserve.access.openness import acts
from preserve.access.openness.harvesting import OAI, Asked, Harvest
from preserve.clock import stamp
from preserve.data_management import ledger
from tests.support.asking import Counter

pytestmark = pytest.mark.xdist_group("openness")
_NAMES = {"from": "since", "set": "group", "metadataPrefix": "prefix", "resumptionToken": "resumption_token"}


def answer(counter: Counter, base: str = "http://x/oai", **asked: str) -> bytes:
    archive = counter.archive
    with archive.catalogue.read() as connection:
        made = Harvest(archive.home, connection, base, f"{stamp(archive.now())[:19]}Z", page=3)
        return made.answer(Asked(**asked))


@pytest.fixture(scope="module")
def address(counter: Counter) -> Iterator[str]:
    """Where it is asked over HTTP, as a harvester asks."""

    class Door(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = {_NAMES.get(name, name): value for name, value in parse_qsl(urlsplit(self.path).query)}
            data = answer(counter, **asked)
            self.send_response(200)
            self.send_header("content-type", "text/xml")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/oai"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_strangers_harvester_gets_what_is_open(counter: Counter, address: str) -> None:
    with Scythe(address) as scythe:
        assert scythe.identify().repositoryName == counter.archive.home.settings.institution
        assert [one.metadataPrefix for one in scythe.list_metadata_formats()] == ["oai_dc"]
        with pytest.raises(NoRecordsMatch):
            list(scythe.list_records(metadata_prefix="oai_dc"))
        acts.open_entry(counter.actor("head"), counter.case, reason="可以开放", title="一案")
        (record,) = scythe.list_records(metadata_prefix="oai_dc")
        assert record.metadata["title"] == ["一案"]
        assert counter.case in record.metadata["identifier"]
        one = scythe.get_record(identifier=record.header.identifier, metadata_prefix="oai_dc")
        assert one.metadata["title"] == ["一案"]
        acts.close_entry(counter.actor("head"), counter.case, reason="有异议")
        (header,) = scythe.list_identifiers(metadata_prefix="oai_dc")
        assert header.deleted


def test_pages_follow_each_other(counter: Counter, address: str) -> None:
    """Seven that were closed again, by the ledger alone; a page has three."""
    first = counter.archive.now()
    with counter.archive.catalogue.begin() as connection:
        for number in range(7):
            moment = first + timedelta(seconds=10 + number)
            subject = f"aip-{number:026d}"
            ledger.append(connection, action=acts.CLOSED, subject=subject, actor="head", details={}, moment=moment)
    with Scythe(address) as scythe:
        names = [header.identifier[-2:] for header in scythe.list_identifiers(metadata_prefix="oai_dc")]
        assert names[-7:] == [f"{number:02d}" for number in range(7)]
        assert len(names) == len(set(names))
        since = f"{stamp(first + timedelta(seconds=15))[:19]}Z"
        assert len(list(scythe.list_identifiers(metadata_prefix="oai_dc", from_=since))) == 2


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "badVerb"),
        ({"verb": "<x>"}, "badVerb"),
        ({"verb": "Identify", "prefix": "oai_dc"}, "badArgument"),
        ({"verb": "ListRecords"}, "badArgument"),
        ({"verb": "ListRecords", "prefix": "ead"}, "cannotDisseminateFormat"),
        ({"verb": "ListRecords", "prefix": "oai_dc", "group": "x"}, "noSetHierarchy"),
        ({"verb": "ListRecords", "prefix": "oai_dc", "since": "yesterday"}, "badArgument"),
        ({"verb": "ListRecords", "prefix": "oai_dc", "since": "2026-01-02", "until": "2026-01-01"}, "badArgument"),
        ({"verb": "ListRecords", "resumption_token": "1; DROP"}, "badResumptionToken"),
        ({"verb": "ListRecords", "resumption_token": "100||"}, "badResumptionToken"),
        ({"verb": "GetRecord", "prefix": "oai_dc", "identifier": "oai:x:y"}, "idDoesNotExist"),
        ({"verb": "GetRecord", "prefix": "oai_dc", "identifier": "\x00\ud800"}, "badArgument"),
        ({"verb": "ListSets"}, "noSetHierarchy"),
    ],
)
def test_what_is_wrong_is_told_in_the_words_of_the_protocol(counter: Counter, asked: dict[str, str], code: str) -> None:
    told = etree.fromstring(answer(counter, **asked)).findall(f"{{{OAI}}}error")
    assert [one.get("code") for one in told] == [code]
