"""The report as headings, sentences and tables in the language in use, whatever it is then printed on."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from preserve.administration.fixity_report import pictures
from preserve.administration.fixity_report.facts import Facts, MediumFacts
from preserve.administration.printing import Section
from preserve.administration.retention.wording import rule_name
from preserve.archival_storage.opening import kind_word
from preserve.clock import parse
from preserve.messages import bytes_for_people, listed, say


def _heads(*names: str) -> tuple[str, ...]:
    return tuple(say(f"report.head-{name}") for name in names)


def sections(facts: Facts, zone: ZoneInfo, limits: Mapping[str, int]) -> list[Section]:
    """Everything, most important first."""
    return [
        _verdict(facts),
        _coverage(facts),
        Section(say("report.heat-map"), say("report.heat-map-words"), picture=pictures.heat_map(facts, limits)),
        Section(say("report.curve"), say("report.curve-words"), picture=pictures.curve(facts)),
        _four_properties(facts),
        _failures(facts, zone),
        _repairs(facts, zone),
        _media(facts, zone),
        _drills(facts),
        _due(facts),
        _runs(facts, zone),
        Section(say("report.checkpoint"), say("report.checkpoint-words"), ("",), ((facts.checkpoint.strip(),),)),
    ]


def _verdict(facts: Facts) -> Section:
    overdue = sum(one.overdue for one in facts.coverage)
    problems = []
    if facts.ledger_findings:
        problems.append(say("report.bad-ledger", count=len(facts.ledger_findings)))
    if facts.suspect:
        problems.append(say("report.bad-copies", count=facts.suspect))
    if overdue:
        problems.append(say("report.bad-overdue", count=overdue))
    if facts.unsealed:
        problems.append(say("report.bad-unsealed", count=facts.unsealed))
    if risky := [medium.row.label for medium in facts.media if medium.at_risk]:
        problems.append(say("report.bad-media", media=listed(risky)))
    if failed := sum(not drill["whole"] for _, drill in facts.drills):
        problems.append(say("report.bad-drills", count=failed))
    words = "\n".join(problems) if problems else say("report.all-good")
    return Section(say("report.verdict"), words, bad=bool(problems))


def _coverage(facts: Facts) -> Section:
    rows = [
        (
            kind_word(one.kind),
            say("report.days-continuous" if one.continuous else "report.days", days=one.days),
            str(one.copies),
            str(one.within),
            str(one.sampled),
            str(one.overdue),
            bytes_for_people(one.size),
            f"{100 * one.size_within / one.size:.1f} %" if one.size else "—",
        )
        for one in facts.coverage
    ]
    heads = _heads("kind", "interval", "copies", "within", "sampled", "overdue", "bytes", "share")
    return Section(say("report.coverage"), say("report.coverage-words"), heads, tuple(rows))


def _four_properties(facts: Facts) -> Section:
    """四性检测, long-term storage stage (DA/T 70-2018), by what this archive has evidence of."""
    counted = [failure for failure in facts.failures if not failure.path]
    altered = sum(one.outcome == "damaged" and one.reason in ("altered", "no-anchor") for one in counted)
    gone = sum(one.outcome == "damaged" and one.reason in ("absent", "unexpected") for one in counted)
    unread = sum(one.outcome == "not-checked" or one.reason == "unreadable" for one in counted)
    overdue = sum(one.overdue for one in facts.coverage)
    drills = len(facts.drills)
    failed = sum(not drill["whole"] for _, drill in facts.drills)
    risky = sum(medium.at_risk for medium in facts.media)
    items = [
        ("authenticity", "digests", altered == 0, say("report.found", count=altered)),
        ("authenticity", "ledger", not facts.ledger_findings, say("report.entries", count=facts.ledger_entries)),
        ("integrity", "files", gone == 0, say("report.found", count=gone)),
        ("integrity", "copies", facts.unsealed == 0, say("report.unsealed", count=facts.unsealed)),
        ("usability", "readable", unread == 0 and overdue == 0, say("report.unread", unread=unread, overdue=overdue)),
        ("usability", "drills", drills > 0 and failed == 0, say("report.drills-done", count=drills, failed=failed)),
        ("security", "media", risky == 0, say("report.found", count=risky)),
        ("security", "current", facts.suspect == 0, say("report.found", count=facts.suspect)),
    ]
    rows = [
        (say(f"report.{kind}"), say(f"report.item-{name}"), _result(good, name == "drills" and not drills), basis)
        for kind, name, good, basis in items
    ]
    return Section(
        say("report.four"), say("report.four-words"), _heads("property", "item", "result", "basis"), tuple(rows)
    )


def _result(good: bool, not_done: bool) -> str:
    """What was not done has neither passed nor failed."""
    return say("report.not-done" if not_done else "report.pass" if good else "report.fail")


def _local(when: str, zone: ZoneInfo) -> str:
    """A time as the bureau's clock had it; nothing for nothing."""
    return f"{parse(when).astimezone(zone):%Y-%m-%d %H:%M}" if when else ""


def _failures(facts: Facts, zone: ZoneInfo) -> Section:
    labels = {medium.row.id: medium.row.label for medium in facts.media}
    rows = [
        (
            f"{failure.when.astimezone(zone):%Y-%m-%d %H:%M}",
            failure.copy or "*",
            labels.get(failure.medium, failure.medium),
            failure.path or "—",
            say(f"words.outcome-{failure.outcome}"),
            say(f"words.reason-{failure.reason}"),
        )
        for failure in facts.failures[-200:]
    ]
    heads = _heads("when", "package", "medium", "file", "outcome", "why")
    words = say("report.failures-words", count=len(facts.failures)) if rows else say("report.none-this-year")
    return Section(say("report.failures"), words, heads if rows else (), tuple(rows))


def _repairs(facts: Facts, zone: ZoneInfo) -> Section:
    labels = {medium.row.id: medium.row.label for medium in facts.media}
    rows = []
    for repair in facts.repairs:
        details = repair["details"]
        done = repair["action"] == "copy.repaired"
        what = (
            listed(f"{place} × {count}" for place, count in details.get("taken", {}).items())
            if done
            else listed(details.get("lost", [])[:5])
        )
        rows.append(
            (
                _local(repair["time"], zone)[:10],
                details["name"],
                labels.get(details["medium"], details["medium"]),
                say("report.repaired" if done else "report.not-repaired"),
                what,
            )
        )
    heads = _heads("when", "package", "medium", "outcome", "from")
    words = "" if rows else say("report.none-this-year")
    return Section(say("report.repairs"), words, heads if rows else (), tuple(rows))


def _media(facts: Facts, zone: ZoneInfo) -> Section:
    rows = [
        (
            medium.row.label,
            kind_word(medium.row.kind),
            medium.row.place or "—",
            medium.row.custodian or "—",
            str(medium.copies),
            _local(medium.last, zone)[:10] or "—",
            say("words.read-continuously") if medium.continuous else _local(medium.next, zone)[:10] or "—",
            _standing(medium),
            _told(medium),
        )
        for medium in facts.media
    ]
    heads = _heads("label", "kind", "place", "custodian", "copies", "last", "next", "standing", "health")
    return Section(say("report.media"), say("report.media-words"), heads, tuple(rows))


def _standing(facts: MediumFacts) -> str:
    return say("report.overdue" if facts.overdue else "report.in-time")


def _told(facts: MediumFacts) -> str:
    told = say(f"report.health-{facts.health}") if facts.health in ("good", "failing") else say("report.health-unknown")
    if facts.growth > 0:
        told += " " + say("report.growth", growth=round(facts.growth, 1), forecast=round(facts.forecast))
    return told


def _drills(facts: Facts) -> Section:
    labels = {medium.row.id: medium.row.label for medium in facts.media}
    rows = [
        (
            month,
            str(drill["name"]),
            labels.get(str(drill["medium"]), str(drill["medium"])),
            say("report.whole" if drill["whole"] else "report.not-whole"),
            bytes_for_people(float(drill["bytes"])),
            str(drill["reason"]) or "—",
        )
        for month, drill in facts.drills
    ]
    heads = _heads("month", "package", "medium", "outcome", "bytes", "why")
    return Section(say("report.drills"), "" if rows else say("report.no-drills"), heads if rows else (), tuple(rows))


def _due(facts: Facts) -> Section:
    """What falls due soon, so that no appraisal is a surprise; cases by number alone."""
    rows = [
        (
            one.due,
            one.case_number,
            say("retention.a-recording") if one.item else say("retention.the-case"),
            rule_name(facts.rules, one.rule),
            listed(f"{block.number}" for block in one.blocks) or "—",
        )
        for one in facts.due[:200]
    ]
    heads = _heads("due", "case", "what", "rule", "holds")
    words = say("report.due-words", count=len(facts.due), months=facts.rules.notice.months)
    return Section(say("report.due"), words, heads if rows else (), tuple(rows))


def _runs(facts: Facts, zone: ZoneInfo) -> Section:
    rows = []
    for run in facts.runs[:31]:
        counts = run.counts
        rows.append(
            (
                _local(run.started, zone),
                say(f"report.run-{run.state}"),
                run.reason or "—",
                str(counts.get("intact", 0)),
                str(counts.get("damaged", 0)),
                str(counts.get("not-checked", 0)),
                bytes_for_people(counts.get("bytes", 0)),
            )
        )
    heads = _heads("when", "state", "why", "intact", "damaged", "not-checked", "bytes")
    return Section(say("report.runs"), "" if rows else say("report.no-runs"), heads if rows else (), tuple(rows))
