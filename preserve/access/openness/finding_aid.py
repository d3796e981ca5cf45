"""A finding aid in EAD3 (release 1.1.1): fonds, year, case; of what is open to everybody, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from lxml import etree

from preserve.access.openness.acts import PublicEntry
from preserve.home import Home
from preserve.messages import say

EAD = "http://ead3.archivists.org/schema/"
_NOT_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535))


def finding_aid(home: Home, found: Iterable[PublicEntry], made: str) -> bytes:
    """The document; `made` is its moment, RFC 3339 in UTC."""
    institution = home.settings.institution
    root = etree.Element(f"{{{EAD}}}ead", nsmap={None: EAD})  # type: ignore[dict-item]
    control = _add(root, "control")
    _add(control, "recordid", home.settings.archive_id)
    statement = _add(_add(control, "filedesc"), "titlestmt")
    _add(statement, "titleproper", say("openness.aid-title", institution=institution))
    _add(control, "maintenancestatus", value="derived")
    _add(_add(control, "maintenanceagency"), "agencyname", institution)
    event = _add(_add(control, "maintenancehistory"), "maintenanceevent")
    _add(event, "eventtype", value="derived")
    _add(event, "eventdatetime", made, standarddatetime=made)
    _add(event, "agenttype", value="machine")
    _add(event, "agent", "preserve")
    ordered = sorted(found, key=lambda one: (one.fonds, one.closed, one.case_number))
    archdesc = _add(root, "archdesc", level="collection")
    _described(archdesc, home.settings.archive_id, institution, ordered)
    _add(_add(archdesc, "accessrestrict"), "p", say("openness.aid-restricted"))
    if ordered:
        listed = _add(archdesc, "dsc", dsctype="combined")
        for (number, name), of_fonds in groupby(ordered, key=lambda one: (one.fonds, one.fonds_name)):
            _fonds(listed, number, name, list(of_fonds))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _fonds(parent: Any, number: str, name: str, found: list[PublicEntry]) -> None:
    fonds = _add(parent, "c01", level="fonds")
    _described(fonds, number, name, found)
    for year, of_year in groupby(found, key=lambda one: one.closed[:4]):
        cases = list(of_year)
        series = _add(fonds, "c02", level="series")
        _described(series, f"{number} {year}", say("openness.aid-year", year=year or "—"), cases)
        for case in cases:
            file = _add(series, "c03", level="file", id=case.objid)
            _described(file, case.archival_number or case.case_number, case.title, [case], producer=case.producer)


def _described(parent: Any, number: str, title: str, found: list[PublicEntry], producer: str = "") -> None:
    """A `did`: number, title, and from when to when its cases are."""
    did = _add(parent, "did")
    _add(did, "unitid", number)
    _add(did, "unittitle", title)
    days = sorted(day for one in found for day in (one.started, one.closed) if day)
    if days:
        span = _add(_add(did, "unitdatestructured"), "daterange")
        _add(span, "fromdate", days[0], standarddate=days[0])
        _add(span, "todate", days[-1], standarddate=days[-1])
    if producer:
        _add(_add(_add(did, "origination"), "corpname"), "part", producer)


def _add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    element = etree.SubElement(parent, f"{{{EAD}}}{name}", attributes)
    if text:
        element.text = text.translate(_NOT_XML)
    return element


def terms(one: PublicEntry) -> Iterator[tuple[str, str]]:
    """The same entry as Dublin Core."""
    yield "title", one.title
    yield "creator", one.producer
    yield "publisher", one.fonds_name
    yield "date", one.closed
    yield "coverage", f"{one.started}/{one.closed}" if one.started and one.closed else ""
    yield "type", "Collection"
    yield "identifier", one.objid
    yield "identifier", one.case_number
    yield "identifier", one.archival_number
    yield "relation", one.fonds
    yield "language", "zh"
