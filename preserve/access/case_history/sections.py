"""A history as headings, sentences and tables: first a page that says how it stands, then everything in its order."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from preserve.access.case_history import words
from preserve.access.case_history.model import History
from preserve.administration.printing import Section
from preserve.archival_storage.opening import kind_word
from preserve.clock import parse, stamp
from preserve.messages import bytes_for_people, listed, say


def local(when: str, zone: ZoneInfo) -> str:
    """A moment as a person here reads it, to the second."""
    try:
        return f"{parse(when).astimezone(zone):%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return when


def title(found: History) -> str:
    """The heading of the document."""
    return say("history.title-object" if found.subject else "history.title-case")


def sections(found: History, labels: Mapping[str, str], zone: ZoneInfo, proof: tuple[str, str]) -> list[Section]:
    """Verdict, subject, copies and proof on the first page; the table behind it. `proof`: folder and digest."""
    return [
        verdict(found, labels, zone),
        _subject(found),
        _copies(found, zone),
        _proof(found, zone, proof),
        Section(say("history.reading"), say("history.reading-words")),
        _table(found, labels, zone),
    ]


def verdict(found: History, labels: Mapping[str, str], zone: ZoneInfo) -> Section:
    """How many events, when last verified and how, whether every copy is intact, whether the ledger is."""
    counts = {
        source: sum(one.source == source for one in found.happenings) for source in ("package", "ledger", "audit")
    }
    lines = [
        say("history.verdict-gone", disposal=found.gone[0].disposal, when=local(found.gone[0].since, zone))
        if found.gone
        else say("history.verdict-good" if found.intact else "history.verdict-bad"),
        say(
            "history.counts",
            count=len(found.happenings),
            events=counts["package"],
            entries=counts["ledger"],
            checks=counts["audit"],
            since=_first(found, zone),
        ),
        _last(found, labels, zone),
        say("history.no-copies")
        if not found.copies
        else say("history.copies-good", count=found.good_copies)
        if not found.bad_copies
        else say("history.copies-bad", count=len(found.copies), bad=found.bad_copies),
    ]
    if found.missing and not found.gone:
        lines.append(
            say(
                "history.copies-missing",
                what=listed(
                    say("history.missing-one", kind=kind_word(kind), count=count) for kind, count in found.missing
                ),
            )
        )
    lines += [say(one.code, where=one.where, **one.values) for one in found.findings]
    if not found.findings:
        lines.append(say("history.ledger-good", entries=found.entries))
    return Section(say("history.verdict"), "\n".join(lines), bad=not found.sound)


def _first(found: History, zone: ZoneInfo) -> str:
    return local(found.happenings[0].when, zone) if found.happenings else "—"


def _last(found: History, labels: Mapping[str, str], zone: ZoneInfo) -> str:
    times = [row.verified for row, _ in found.copies if row.verified]
    if found.last is not None and stamp(found.last.when) >= max(times, default=""):
        medium = labels.get(found.last.medium, found.last.medium)
        return say(
            "history.last-audit",
            when=local(stamp(found.last.when), zone),
            medium=medium,
            files=found.last.files,
            size=bytes_for_people(found.last.bytes),
        )
    return say("history.last-written", when=local(max(times), zone)) if times else say("history.last-never")


def _heads(*names: str) -> tuple[str, ...]:
    return tuple(say(f"history.head-{name}") for name in names)


def _subject(found: History) -> Section:
    rows = [
        (say("words.heading-number"), found.case_number),
        (say("words.heading-archival-number"), found.archival_number or "—"),
    ]
    if found.title:
        rows.append((say("words.heading-title"), found.title))
    rows.append((say("history.packages"), listed(found.packages)))
    if (one := found.subject) is not None:
        rows += [
            (say("history.object"), one.path),
            (say("history.form"), say(f"words.representation-{one.representation}")),
            (say("history.format"), f"{one.format_name} {one.puid}".strip()),
            (say("history.size"), say("history.bytes", size=bytes_for_people(one.size), bytes=one.size)),
            ("SHA-256", one.sha256),
            (say("history.identifier"), one.identifier),
        ]
    return Section(say("history.subject"), heads=_heads("item", "content"), rows=tuple(rows), widths=(1, 4))


def _copies(found: History, zone: ZoneInfo) -> Section:
    rows = tuple(
        (
            medium.label if medium else row.medium,
            kind_word(medium.kind) if medium else "—",
            (medium.place if medium else "") or "—",
            row.name + (f" {row.part}/{row.parts}" if row.parts > 1 else ""),
            say(f"words.copy-{row.state}"),
            local(row.written, zone) if row.written else "—",
            local(row.verified, zone) if row.verified else "—",
        )
        for row, medium in found.copies
    )
    heads = _heads("medium", "kind", "place", "package", "state", "written", "verified")
    words_ = "" if rows else say("history.no-copies")
    return Section(say("history.copies"), words_, heads if rows else (), rows, widths=(3, 2, 3, 4, 2, 3, 3))


def _proof(found: History, zone: ZoneInfo, proof: tuple[str, str]) -> Section:
    numbers = [one.reference for one in found.happenings if one.source == "ledger"]
    made = found.checkpoint
    rows = [
        (
            say("history.proof-entries"),
            say("history.proof-range", count=len(numbers), first=numbers[0], last=numbers[-1]) if numbers else "—",
        ),
        (say("history.proof-checkpoint"), say("history.proof-size", size=made.size, when=local(made.made, zone))),
        (say("history.proof-root"), made.root.hex()),
        (say("history.proof-key"), found.key),
    ]
    if proof[0]:
        rows += [(say("history.proof-folder"), proof[0]), (say("history.proof-digest"), proof[1])]
    if found.listings:
        rows.append((say("history.proof-listings"), say("history.times", count=found.listings)))
    return Section(
        say("history.proof"), say("history.proof-words"), _heads("item", "content"), tuple(rows), widths=(1, 4)
    )


def _table(found: History, labels: Mapping[str, str], zone: ZoneInfo) -> Section:
    rows = tuple(
        (
            str(number),
            local(one.when, zone),
            words.what(one),
            words.who(one),
            words.told(one, found, labels) or "—",
            say(f"history.outcome-{one.outcome}"),
            say(f"history.from-{one.source}", reference=one.reference),
        )
        for number, one in enumerate(found.happenings, 1)
    )
    heads = _heads("order", "time", "what", "who", "told", "outcome", "from")
    return Section(
        say("history.table"),
        say("history.table-words", zone=zone.key),
        heads,
        rows,
        fresh=True,
        widths=(3, 7, 8, 7, 20, 4, 10),
    )
