"""What the packages say happened, from metadata that is as it was sealed; else what the catalogue remembers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from metadata import csip
from metadata.findings import Finding
from preserve.access.case_history.events import find_object, read_events
from preserve.access.case_history.model import Happening
from preserve.errors import NotFound
from tests.support.asking import PAPER, Counter

SOURCE = "决定书.txt"  # it has a copy in UTF-8


def read(
    counter: Counter, related: frozenset[str] = frozenset(), given_up: bool = False
) -> tuple[list[Happening], list[Finding]]:
    findings: list[Finding] = []
    name = f"{counter.objid}_v0001"
    with counter.archive.catalogue.read() as connection:
        given = [name] if given_up else []
        return list(read_events(counter.archive.home, connection, [name], related, findings, given)), findings


def premis(counter: Counter) -> Path:
    base = counter.archive.home.store / "packages" / f"{counter.objid}_v0001" / "data" / counter.objid
    return base / "representations" / "original" / csip.PREMIS


@contextmanager
def altered(path: Path) -> Iterator[None]:
    """One byte of it is another, while this lasts."""
    data, mode = path.read_bytes(), path.stat().st_mode
    path.chmod(0o644)
    path.write_bytes(data.replace(b"success", b"succeSs", 1))
    try:
        yield
    finally:
        path.write_bytes(data)
        path.chmod(mode)


def test_an_object_is_found_by_what_people_call_it_with_its_copies(counter: Counter) -> None:
    with counter.archive.catalogue.read() as connection:
        subject, related = find_object(connection, counter.objid, f" {SOURCE} ")
        assert (subject.representation, len(related)) == ("original", 2)
        (copy,) = related - {subject.identifier}
        derived, same = find_object(connection, counter.objid, copy)
        assert (derived.identifier, derived.representation, same) == (copy, "preservation", related)
        paper, alone = find_object(connection, counter.objid, f"data/{PAPER}")
        assert alone == {paper.identifier} and paper.puid.startswith("fmt/")
        with pytest.raises(NotFound, match=r"request\.nothing-there"):
            find_object(connection, counter.objid, "没有.pdf")


def test_every_event_is_told_once_with_who_did_it(counter: Counter) -> None:
    events, findings = read(counter)
    assert findings == [] and len(events) == len({event.reference for event in events}) > 5
    assert all(event.who and event.source == "package" for event in events)
    assert any(event.about and SOURCE in event.text for event in events)


def test_of_an_object_only_its_own_events_and_those_of_all(counter: Counter) -> None:
    with counter.archive.catalogue.read() as connection:
        _, related = find_object(connection, counter.objid, SOURCE)
    every, own = read(counter)[0], read(counter, related)[0]
    assert all(not event.about or related & set(event.about) for event in own)
    assert [event for event in every if not event.about] == [event for event in own if not event.about]
    assert any(event.about for event in own) and len(own) < len(every)


def test_metadata_that_was_altered_is_not_believed(counter: Counter) -> None:
    whole, _ = read(counter)
    with altered(premis(counter)):
        events, (finding,) = read(counter)
    assert (finding.code, finding.where) == ("history.package-unread", f"{counter.objid}_v0001")
    assert {event.reference for event in events} == {event.reference for event in whole}
    assert {event.who for event in events} == {""}, "the catalogue's, which names no agents"
    assert not any("succeSs" in event.outcome for event in events)


def test_of_what_was_given_up_by_decision_nothing_is_found_amiss(counter: Counter) -> None:
    with altered(premis(counter)):
        events, findings = read(counter, given_up=True)
    assert findings == [] and events
