"""OAI-PMH 2.0 over what is open to everybody, as Dublin Core: http://www.openarchives.org/OAI/openarchivesprotocol.html."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree
from sqlalchemy import Connection

from metadata.xml import DC, XSI
from preserve.access.openness.acts import PublicEntry, Standing, entries, standings
from preserve.access.openness.finding_aid import terms
from preserve.home import Home

OAI = "http://www.openarchives.org/OAI/2.0/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
PAGE = 100
_PREFIX = "oai_dc"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SECOND = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
_TOKEN = re.compile(r"(\d{1,9})\|([0-9TZ:-]{0,20})\|([0-9TZ:-]{0,20})", re.ASCII)
_ALLOWED = {
    "Identify": frozenset[str](),
    "ListMetadataFormats": frozenset({"identifier"}),
    "ListSets": frozenset({"resumption_token"}),
    "GetRecord": frozenset({"identifier", "prefix"}),
    "ListIdentifiers": frozenset({"prefix", "since", "until", "group", "resumption_token"}),
    "ListRecords": frozenset({"prefix", "since", "until", "group", "resumption_token"}),
}
_WORDS = {"since": "from", "group": "set", "prefix": "metadataPrefix", "resumption_token": "resumptionToken"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a harvester asks, in its own words but for `from` (since), `set` (group) and `metadataPrefix` (prefix)."""

    verb: str = ""
    identifier: str = ""
    prefix: str = ""
    since: str = ""
    until: str = ""
    group: str = ""
    resumption_token: str = ""

    def given(self) -> dict[str, str]:
        """The arguments that were given, but for the verb."""
        named = {name: getattr(self, name) for name in ("identifier", "prefix", "since", "until", "group")}
        named["resumption_token"] = self.resumption_token
        return {name: value for name, value in named.items() if value}


class _Error(Exception):
    """One of the errors of the protocol."""

    def __init__(self, code: str, told: str) -> None:
        super().__init__(told)
        self.code, self.told = code, told


@dataclass(frozen=True, slots=True)
class Harvest:
    """The archive as harvesters see it: where they ask, and what `Identify` says."""

    home: Home
    connection: Connection
    base: str
    now: str
    page: int = PAGE

    def answer(self, asked: Asked) -> bytes:
        """The document that answers; what is wrong in the question is told in it, as the protocol has it."""
        root = etree.Element(f"{{{OAI}}}OAI-PMH", nsmap={None: OAI, "xsi": XSI})  # type: ignore[dict-item]
        root.set(f"{{{XSI}}}schemaLocation", f"{OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd")
        _add(root, "responseDate", self.now)
        request = _add(root, "request", self.base)
        try:
            told = etree.Element(f"{{{OAI}}}{self._verb(asked)}")
            self._tell(asked, told)
            request.set("verb", asked.verb)
            for name, value in asked.given().items():
                request.set(_WORDS.get(name, name), value)
            root.append(told)
        except _Error as error:
            _add(root, "error", error.told, code=error.code)
        return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))

    def _verb(self, asked: Asked) -> str:
        if asked.verb not in _ALLOWED:
            raise _Error("badVerb", "no such verb")
        given = asked.given()
        wrong = set(given) - _ALLOWED[asked.verb]
        if wrong or ("resumption_token" in given and len(given) > 1):
            raise _Error("badArgument", "these arguments do not go together")
        if any(not value.isprintable() or len(value) > 300 for value in given.values()):
            raise _Error("badArgument", "no such value")
        return asked.verb

    def _tell(self, asked: Asked, told: Any) -> None:
        match asked.verb:
            case "Identify":
                self._identify(told)
            case "ListMetadataFormats":
                if asked.identifier:
                    self._one(asked.identifier)
                form = _add(told, "metadataFormat")
                _add(form, "metadataPrefix", _PREFIX)
                _add(form, "schema", "http://www.openarchives.org/OAI/2.0/oai_dc.xsd")
                _add(form, "metadataNamespace", OAI_DC)
            case "ListSets":
                raise _Error("noSetHierarchy", "there are no sets")
            case "GetRecord":
                if not asked.identifier:
                    raise _Error("badArgument", "identifier is missing")
                _check_prefix(asked.prefix)
                self._records([self._one(asked.identifier)], told, whole=True)
            case _:
                self._list(asked, told)

    def _identify(self, told: Any) -> None:
        first = standings(self.connection)[:1]
        _add(told, "repositoryName", self.home.settings.institution)
        _add(told, "baseURL", self.base)
        _add(told, "protocolVersion", "2.0")
        _add(told, "adminEmail", "archive@localhost.localdomain")
        _add(told, "earliestDatestamp", min((_second(one.moment) for one in first), default=self.now))
        _add(told, "deletedRecord", "persistent")
        _add(told, "granularity", "YYYY-MM-DDThh:mm:ssZ")

    def _one(self, identifier: str) -> Standing:
        for one in standings(self.connection):
            if self._name(one) == identifier:
                return one
        raise _Error("idDoesNotExist", "no such record")

    def _name(self, one: Standing) -> str:
        return f"oai:{self.home.settings.archive_id}:{one.objid}"

    def _list(self, asked: Asked, told: Any) -> None:
        after, since, until = 0, asked.since, asked.until
        if asked.resumption_token:
            found = _TOKEN.fullmatch(asked.resumption_token)
            if found is None:
                raise _Error("badResumptionToken", "no token of ours")
            after, since, until = int(found[1]), found[2], found[3]
        else:
            _check_prefix(asked.prefix)
        if asked.group:
            raise _Error("noSetHierarchy", "there are no sets")
        start, end = _bounds(since, until)
        all_of_them = [one for one in standings(self.connection) if start <= _second(one.moment) <= end]
        page = all_of_them[after : after + self.page]
        if not page:
            raise _Error(
                *(("badResumptionToken", "nothing follows") if after else ("noRecordsMatch", "nothing is open"))
            )
        self._records(page, told, whole=asked.verb == "ListRecords")
        following = after + self.page
        if following < len(all_of_them) or after:
            token = f"{following}|{since}|{until}" if following < len(all_of_them) else ""
            _add(told, "resumptionToken", token, completeListSize=str(len(all_of_them)), cursor=str(after))

    def _records(self, page: list[Standing], told: Any, *, whole: bool) -> None:
        known = {one.objid: one for one in entries(self.connection, self.home, page)}
        for one in page:
            entry = known.get(one.objid)
            parent = _add(told, "record") if whole else told
            header = _add(parent, "header", **({} if entry else {"status": "deleted"}))
            _add(header, "identifier", self._name(one))
            _add(header, "datestamp", _second(one.moment))
            if whole and entry is not None:
                _dublin_core(_add(parent, "metadata"), entry)


def _dublin_core(parent: Any, entry: PublicEntry) -> None:
    root = etree.SubElement(parent, f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": DC})
    root.set(f"{{{XSI}}}schemaLocation", f"{OAI_DC} http://www.openarchives.org/OAI/2.0/oai_dc.xsd")
    for name, value in terms(entry):
        if value:
            etree.SubElement(root, f"{{{DC}}}{name}").text = value


def _check_prefix(prefix: str) -> None:
    if not prefix:
        raise _Error("badArgument", "metadataPrefix is missing")
    if prefix != _PREFIX:
        raise _Error("cannotDisseminateFormat", "only oai_dc")


def _bounds(since: str, until: str) -> tuple[str, str]:
    for text in (since, until):
        if text and not (_DAY.fullmatch(text) or _SECOND.fullmatch(text)):
            raise _Error("badArgument", "no such moment")
    if since and until and (len(since) != len(until) or since > until):
        raise _Error("badArgument", "these moments do not go together")
    start = f"{since}T00:00:00Z" if len(since) == len("2026-01-31") else since
    end = f"{until}T23:59:59Z" if len(until) == len("2026-01-31") else until
    return start, end or "9999-12-31T23:59:59Z"


def _second(moment: str) -> str:
    """A moment of the ledger without its fraction."""
    return f"{moment[:19]}Z"


def _add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    element = etree.SubElement(parent, f"{{{OAI}}}{name}", attributes)
    if text:
        element.text = text
    return element
