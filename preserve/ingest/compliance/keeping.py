"""Until when a case and its recordings are kept, in the words of the one calculation that everybody asks."""

from __future__ import annotations

from typing import cast

from preserve.administration.retention.facts import object_facts
from preserve.administration.retention.periods import (
    NOT_DECLARED,
    CaseFacts,
    Due,
    ObjectFacts,
    due_of_case,
    due_of_object,
)
from preserve.administration.retention.profile import RetentionProfile, read_retention
from preserve.administration.retention.wording import decided_by, rule_name
from preserve.description.fixed_values import LegacyFact
from preserve.description.legacy import closed_at_latest, is_known
from preserve.ingest.rules import View
from preserve.ingest.rules.long_term import reasons
from preserve.messages import say


def keeping(view: View) -> list[str]:
    """A line for the case, and one for its recordings: with the case, or for how long otherwise."""
    profile = view.retention or read_retention(None)
    if "keeping" not in view.reckoned:
        of_case, objects = facts_of_view(view, profile)
        view.reckoned["keeping"] = of_case, tuple(objects.values())
    facts, things = cast(tuple[CaseFacts, tuple[ObjectFacts, ...]], view.reckoned["keeping"])
    whole = due_of_case(profile, facts, things)
    lines = [_line("compliance.keeping", profile, whole)]
    for thing in dict.fromkeys(thing for thing in things if thing.recording):
        due = due_of_object(profile, facts, thing)
        if due is None or (thing.with_case and (due.day, due.never) == (whole.day, whole.never)):
            lines.append(say("compliance.keeping-with-case"))
        else:
            lines.append(_line("compliance.keeping-recordings", profile, due))
    return list(dict.fromkeys(lines))


def _line(code: str, profile: RetentionProfile, due: Due) -> str:
    return say(code, rule=rule_name(profile, due.rule), words=decided_by(due))


def facts_of_view(view: View, profile: RetentionProfile) -> tuple[CaseFacts, dict[str, ObjectFacts]]:
    """As registration will have them, where it is filed today: of recordings, and of the first of others alike."""
    case = view.case
    long_term = bool(reasons(case, view.profile.long_term, view.words))
    characters = view.characters or {}
    objects: dict[str, ObjectFacts] = {}
    alike: dict[ObjectFacts, ObjectFacts] = {}  # a large case has many files and few kinds of them
    for item in case.objects:
        character = characters.get(item.file)
        began = character.started.isoformat() if character and character.started else ""
        timed = bool(character and character.duration)
        own = object_facts(profile, item, item.file, timed=timed, began=began, local=view.zone)
        known = alike.setdefault(own, own)
        if own.recording or known is own:
            objects[item.file] = known
    declared = case.retention.value if is_known(case, LegacyFact.RETENTION) else NOT_DECLARED
    return CaseFacts(closed_at_latest(case), view.today, case.case_type, declared, long_term), objects
