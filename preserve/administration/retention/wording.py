"""A period as sentences: which rule, on what basis, from which day, how it was counted, until when."""

from __future__ import annotations

from preserve.administration.retention.periods import Due, Period, decisive
from preserve.administration.retention.profile import RetentionProfile
from preserve.messages import listed, say


def rule_name(profile: RetentionProfile, rule: str) -> str:
    """What a rule is called in the language in use."""
    known = profile.of(rule)
    if known is not None:
        return known.label.spoken
    if rule.startswith("floor-") or rule == "declared":
        return say(f"retention.rule-{rule}")
    return rule or say("retention.rule-none")


def basis(profile: RetentionProfile, rule: str) -> str:
    """The legal basis of a rule."""
    known = profile.of(rule)
    if known is not None:
        return known.basis.spoken
    return say(f"retention.basis-{rule}") if rule.startswith("floor-") else "—"


def period_words(period: Period) -> str:
    """How one period was counted."""
    if period.never == "permanent":
        return say("retention.counted-permanent")
    if period.missing:
        return say(
            "retention.counted-unknown", events=listed(say(f"retention.event-{name}") for name in period.missing)
        )
    return say(
        f"retention.counted-{period.count}",
        event=say(f"retention.event-{period.event}"),
        start=str(period.start),
        years=period.years,
        last=str(period.last),
    )


def decided_by(due: Due) -> str:
    """How the period was counted that decides."""
    period = decisive(due)
    return period_words(period) if period is not None else say("retention.due-unknown")


def due_words(due: Due, decided: str, day: str | None) -> str:
    """Until when, in one sentence."""
    if decided == "permanent":
        return say("retention.due-decided-permanent")
    if due.never == "permanent":
        return say("retention.due-permanent")
    if due.never == "unknown":
        return say("retention.due-unknown")
    if decided and decided == day and decided != str(due.day):
        return say("retention.due-extended", day=decided)
    return say("retention.due-on", day=str(day))
