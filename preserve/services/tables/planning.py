"""Preservation planning as tables: what a policy would change, and what newer signatures say."""

from __future__ import annotations

from preserve.messages import bytes_for_people, listed, say
from preserve.services.migration import FormatNamed, Identified
from preserve.services.planning import Preview, Risks
from preserve.services.tables import NOTHING, Table, table


def risks(result: Risks) -> tuple[tuple[str, str, Table], ...]:
    """What grows old, section by section: its title, what there is to say of it, and its rows."""
    return tuple(
        (section.title, section.words, Table(tuple(section.heads), tuple(map(tuple, section.rows))))
        for section in result.sections
    )


def preview(wanted: Preview) -> Table:
    """The kinds of originals that a policy would treat otherwise."""
    return table(
        "puid format make leave-out files bytes estimate",
        (
            (
                row.puid or NOTHING,
                row.described,
                _kinds(row.make),
                _kinds(row.leave_out),
                str(row.files),
                bytes_for_people(row.bytes),
                bytes_for_people(row.estimate),
            )
            for row in wanted.formats
        ),
        domain="plan.head",
    )


def _kinds(kinds: tuple[str, ...]) -> str:
    return listed(say(f"plan.kind-{kind}") for kind in kinds) or NOTHING


def identify(result: Identified) -> Table:
    """Originals that are held to be something else now."""
    return table(
        "objid before now basis files",
        (
            (change.objid, _format(change.old), _format(change.new), change.basis, str(len(change.files)))
            for change in result.changes
        ),
        domain="plan.head",
    )


def _format(named: FormatNamed) -> str:
    return " ".join(part for part in (named.puid or NOTHING, named.name, named.version) if part)
