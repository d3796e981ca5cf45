"""A history as headings, sentences and tables: first a page that says how it stands, then everything in its order."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from preserve.access.case_history import words
from preserve.access.case_history.model import Happening, History
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


def title(history: History) -> str:
    """The heading of the document."""
    return say("history.title-object" if history.subject else "history.title-case")


def sections(history: History, labels: Mapping[str, str], zone: ZoneInfo, proof: tuple[str, str]) -> list[Section]:
    """Verdict, subject, copies and proof on the first page; the table behind it, command lines at the end.

    `proof`: folder and digest.
    """
    return [
        verdict(history, labels, zone),
        _subject(history),
        _copies(history, zone),
        _proof(history, zone, proof),
        Section(say("history.reading"), say("history.reading-words")),
        _table(history, labels, zone),
        *_appendix(history),
    ]


def verdict(history: History, labels: Mapping[str, str], zone: ZoneInfo) -> Section:
    """How many events, when last verified and how, whether every copy is intact, whether the ledger is."""
    counts = {
        source: sum(happening.source == source for happening in history.happenings)
        for source in ("package", "ledger", "audit")
    }
    lines = [
        say("history.verdict-gone", disposal=history.gone[0].disposal, when=local(history.gone[0].since, zone))
        if history.gone
        else say("history.verdict-good" if history.intact else "history.verdict-bad"),
        say(
            "history.counts",
            count=len(history.happenings),
            events=counts["package"],
            entries=counts["ledger"],
            checks=counts["audit"],
            since=_first(history, zone),
        ),
        _last(history, labels, zone),
        say("history.no-copies")
        if not history.copies
        else say("history.copies-good", count=history.good_copies)
        if not history.bad_copies
        else say("history.copies-bad", count=len(history.copies), bad=history.bad_copies),
    ]
    if history.missing and not history.gone:
        lines.append(
            say(
                "history.copies-missing",
                what=listed(
                    say("history.missing-one", kind=kind_word(kind), count=count) for kind, count in history.missing
                ),
            )
        )
    lines += [say(finding.code, where=finding.where, **finding.values) for finding in history.findings]
    if not history.findings:
        lines.append(say("history.ledger-good", entries=history.entries))
    return Section(say("history.verdict"), "\n".join(lines), bad=not history.sound)


def _first(history: History, zone: ZoneInfo) -> str:
    return local(history.happenings[0].when, zone) if history.happenings else "—"


def _last(history: History, labels: Mapping[str, str], zone: ZoneInfo) -> str:
    times = [row.verified for row, _ in history.copies if row.verified]
    if history.last is not None and stamp(history.last.when) >= max(times, default=""):
        medium = labels.get(history.last.medium, history.last.medium)
        return say(
            "history.last-audit",
            when=local(stamp(history.last.when), zone),
            medium=medium,
            files=history.last.files,
            size=bytes_for_people(history.last.bytes),
        )
    return say("history.last-written", when=local(max(times), zone)) if times else say("history.last-never")


def _heads(*names: str) -> tuple[str, ...]:
    return tuple(say(f"history.head-{name}") for name in names)


def _subject(history: History) -> Section:
    rows = [
        (say("words.heading-number"), history.case_number),
        (say("words.heading-archival-number"), history.archival_number or "—"),
    ]
    if history.title:
        rows.append((say("words.heading-title"), history.title))
    rows.append((say("history.packages"), listed(history.packages)))
    if (subject := history.subject) is not None:
        rows += [
            (say("history.object"), subject.path),
            (say("history.form"), say(f"words.representation-{subject.representation}")),
            (say("history.format"), f"{subject.format_name} {subject.puid}".strip()),
            (say("history.size"), say("history.bytes", size=bytes_for_people(subject.size), bytes=subject.size)),
            ("SHA-256", subject.sha256),
            (say("history.identifier"), subject.identifier),
        ]
    return Section(say("history.subject"), heads=_heads("item", "content"), rows=tuple(rows), widths=(1, 4))


def _copies(history: History, zone: ZoneInfo) -> Section:
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
        for row, medium in history.copies
    )
    heads = _heads("medium", "kind", "place", "package", "state", "written", "verified")
    words_ = "" if rows else say("history.no-copies")
    return Section(say("history.copies"), words_, heads if rows else (), rows, widths=(3, 2, 3, 4, 2, 3, 3))


def _proof(history: History, zone: ZoneInfo, proof: tuple[str, str]) -> Section:
    numbers = [
        happening.reference
        for happening in history.happenings
        if happening.source == "ledger" and happening.reference.isdecimal()
    ]
    made = history.checkpoint
    rows = [
        (
            say("history.proof-entries"),
            say("history.proof-range", count=len(numbers), first=numbers[0], last=numbers[-1]) if numbers else "—",
        ),
        (say("history.proof-checkpoint"), say("history.proof-size", size=made.size, when=local(made.made, zone))),
        (say("history.proof-root"), made.root.hex()),
        (say("history.proof-key"), history.key),
    ]
    if proof[0]:
        rows += [(say("history.proof-folder"), proof[0]), (say("history.proof-digest"), proof[1])]
    if history.listings:
        rows.append((say("history.proof-listings"), say("history.times", count=history.listings)))
    return Section(
        say("history.proof"), say("history.proof-words"), _heads("item", "content"), tuple(rows), widths=(1, 4)
    )


def _appendix(history: History) -> list[Section]:
    """What an expert repeats: the command lines of each event, by its number in the table."""
    lines = ((number, words.technical(happening.text)) for number, happening in enumerate(history.happenings, 1))
    rows = tuple((str(number), "\n".join(technical)) for number, technical in lines if technical)
    if not rows:
        return []
    heads = _heads("order", "command")
    return [Section(say("history.appendix"), say("history.appendix-words"), heads, rows, fresh=True, widths=(1, 20))]


def _from(happening: Happening) -> str:
    """Where it stands."""
    log, _, number = happening.reference.rpartition("/")
    if happening.source == "ledger" and log:
        return say("history.from-looks", reference=number)
    return say(f"history.from-{happening.source}", reference=happening.reference)


def _table(history: History, labels: Mapping[str, str], zone: ZoneInfo) -> Section:
    rows = tuple(
        (
            str(number),
            local(happening.when, zone),
            words.what(happening),
            words.who(happening),
            words.told(happening, history, labels) or "—",
            say(f"history.outcome-{happening.outcome}"),
            _from(happening),
        )
        for number, happening in enumerate(history.happenings, 1)
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
