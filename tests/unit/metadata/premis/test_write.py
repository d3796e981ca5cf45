"""PREMIS written as files come is that which is written in one go."""

from __future__ import annotations

from pathlib import Path

from metadata.entities import Agent, Event, FileObject, Format, Link, Representation
from metadata.premis import PremisWriter, read_premis, write_premis


def test_events_that_come_with_their_file_stand_after_those_of_the_whole(tmp_path: Path) -> None:
    objects = [FileObject(f"f{n}", f"data/{n}", n, {"sha256": f"{n:064}"}, Format("x")) for n in range(3)]
    own = [Event(f"e{n}", "normalization", "2026", objects=(Link(f"f{n}"),)) for n in range(3)]
    whole = [Event("whole", "virus check", "2026")]
    agents = [Agent("a", "preserve", "software")]
    write_premis(tmp_path / "whole.xml", [Representation("r", "original"), *objects], [*whole, *own], agents)
    writer = PremisWriter(tmp_path / "grown.xml")
    writer.object(Representation("r", "original"))
    for entity, event in zip(objects, own, strict=True):
        writer.object(entity)
        writer.event(event)
    writer.close(whole, agents)
    assert (tmp_path / "grown.xml").read_bytes() == (tmp_path / "whole.xml").read_bytes()
    assert len(list(read_premis(tmp_path / "grown.xml"))) == 9


def test_a_document_that_is_given_up_leaves_no_file_beside_it(tmp_path: Path) -> None:
    writer = PremisWriter(tmp_path / "premis.xml")
    writer.event(Event("e", "virus check", "2026"))
    writer.abandon()
    assert {path.name for path in tmp_path.iterdir()} == {"premis.xml"}
