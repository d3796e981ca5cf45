"""The risk report as headings, sentences, tables and pictures in the language in use."""

from __future__ import annotations

from preserve.administration.printing import Section
from preserve.archival_storage.opening import kind_word
from preserve.messages import bytes_for_people, listed, say
from preserve.preservation_planning.preview import named
from preserve.preservation_planning.risk import Facts, totals
from preserve.preservation_planning.risk_report import pictures


def heads(*names: str) -> tuple[str, ...]:
    """Headings of a table."""
    return tuple(say(f"plan.head-{name}") for name in names)


def sections(facts: Facts) -> list[Section]:
    """Everything, most important first."""
    return [
        _verdict(facts),
        *_formats(facts),
        *_media(facts),
        _policy(facts),
        _signatures(facts),
        _tools(facts),
        _superseded(facts),
    ]


def problems(facts: Facts) -> list[str]:
    """What a person should act on, one sentence each."""
    by_level = totals(facts.formats)
    found = []
    for level in ("risk", "unknown"):
        files, size = by_level[level]
        if files:
            found.append(say(f"plan.problem-{level}", files=files, size=bytes_for_people(size)))
    over = [medium.row.label for medium in facts.media if medium.state == "over"]
    old = [medium.row.label for medium in facts.media if medium.state == "old"]
    if over:
        found.append(say("plan.problem-over", media=listed(over)))
    if old:
        found.append(say("plan.problem-old", media=listed(old)))
    if facts.preview.cases:
        found.append(say("plan.problem-policy", cases=facts.preview.cases, files=facts.preview.files))
    if facts.outdated:
        found.append(say("plan.problem-signatures", files=sum(count for _, _, count in facts.outdated)))
    return found


def _verdict(facts: Facts) -> Section:
    found = problems(facts)
    return Section(say("plan.verdict"), "\n".join(found) or say("plan.all-good"), bad=bool(found))


def _formats(facts: Facts) -> list[Section]:
    rows = tuple(
        (
            say(f"plan.level-{one.level}"),
            say(f"words.representation-{one.representation}"),
            one.puid or "—",
            f"{one.name or '?'} {one.version}".strip(),
            str(one.cases),
            str(one.files),
            bytes_for_people(one.size),
            one.reason or "—",
        )
        for one in facts.formats
    )
    names = heads("level", "representation", "puid", "format", "cases", "files", "bytes", "why")
    return [
        Section(say("plan.formats"), say("plan.formats-words"), picture=pictures.format_bars(facts.formats)),
        Section(say("plan.formats-table"), "", names, rows),
    ]


def _media(facts: Facts) -> list[Section]:
    rows = tuple(
        (
            medium.row.label,
            kind_word(medium.row.kind),
            medium.row.place or "—",
            medium.row.added[:10],
            f"{medium.years:.1f}",
            str(medium.limit) if medium.limit else "—",
            say(f"plan.age-{medium.state}"),
            str(medium.copies),
            bytes_for_people(medium.size),
        )
        for medium in facts.media
    )
    names = heads("label", "kind", "place", "added", "years", "limit", "state", "copies", "bytes")
    return [
        Section(say("plan.media"), say("plan.media-words"), picture=pictures.media_bars(facts.media)),
        Section(say("plan.media-table"), "", names, rows),
    ]


def _policy(facts: Facts) -> Section:
    preview = facts.preview
    rows = []
    for one in preview.touched[:200]:
        name, traits = named(one.kind)
        rows.append(
            (
                one.kind.puid or "—",
                " · ".join(filter(None, (name, traits))),
                made(one.wish.make),
                made(one.wish.drop),
                str(one.files),
                bytes_for_people(one.size),
                bytes_for_people(one.estimate),
            )
        )
    words = say(
        "plan.policy-words",
        policy=say(f"plan.policy-{preview.policy.name}"),
        cases=preview.cases,
        files=preview.files,
        size=bytes_for_people(preview.size),
        estimate=bytes_for_people(preview.estimate),
        settled=preview.settled,
    )
    names = heads("puid", "format", "make", "leave-out", "files", "bytes", "estimate")
    return Section(say("plan.policy"), words, names if rows else (), tuple(rows))


def made(kinds: tuple[str, ...]) -> str:
    """Kinds of copies for people."""
    return listed(say(f"plan.kind-{kind}") for kind in kinds) or "—"


def _signatures(facts: Facts) -> Section:
    rows = tuple(
        (told or say("plan.signatures-unknown"), str(cases), str(files)) for told, cases, files in facts.outdated
    )
    words = (
        say("plan.signatures-words", signatures=facts.signatures)
        if rows
        else say("plan.signatures-good", signatures=facts.signatures)
    )
    return Section(say("plan.signatures"), words, heads("signatures", "cases", "files") if rows else (), rows)


def _tools(facts: Facts) -> Section:
    rows = tuple(
        (tool.name, version or "—", str(count), tool.installed or "—")
        for tool in facts.tools
        for version, count in tool.recorded
    )
    names = heads("tool", "recorded", "files", "installed")
    return Section(say("plan.tools"), say("plan.tools-words"), names if rows else (), rows)


def _superseded(facts: Facts) -> Section:
    superseded = facts.superseded
    words = say(
        f"plan.superseded-{superseded.rule}", versions=superseded.versions, size=bytes_for_people(superseded.size)
    )
    return Section(say("plan.superseded"), words)
