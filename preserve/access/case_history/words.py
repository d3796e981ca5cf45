"""Says what happened in plain words: events of PREMIS, actions of the ledger, checks; what is unknown by its code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from preserve.access.case_history.model import Happening, History
from preserve.messages import known, listed, say

_LONGEST = 600  # characters of one cell; the whole text is in the package, and in what --json prints
_MOST = 12  # of a list that are named
_KINDS = {"package": "event", "ledger": "action", "audit": "check"}
_USUAL = (("urgent", False), ("checks", 1), ("version", 1))  # not worth a word
_TECHNICAL = ("$ ", "SOURCE ", "RESULT ")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_OTHER_CASE = re.compile(r"aip-[0-9a-hjkmnp-tv-z]{26}")


def what(happening: Happening) -> str:
    """What was done, in the language in use; a code that nobody has put into words stands as it is."""
    sentence = f"history.{_KINDS[happening.source]}-{re.sub('[ .]', '-', happening.code)}"
    return say(sentence) if known(sentence) else say("history.unnamed", code=happening.code)


def event_name(kind: str) -> str:
    """What an event of PREMIS is called."""
    return _named("event", kind)


def action_name(action: str) -> str:
    """What an action of the ledger is called."""
    return _named("action", action)


def outcome_name(outcome: str) -> str:
    """How it went."""
    return say(f"history.outcome-{outcome}") if known(f"history.outcome-{outcome}") else outcome


def _named(kind: str, code: str) -> str:
    sentence = f"history.{kind}-{re.sub('[ .]', '-', code)}"
    return say(sentence) if known(sentence) else code


def _what_in_words(name: str, value: str) -> str:
    """What somebody looked at, by its name; any other text stays as it is."""
    if name == "what" and known(f"history.what-{value}"):
        return say(f"history.what-{value}")
    return value


def details_in_words(details: Mapping[str, Any]) -> str:
    """The details of an entry with their names in words; digests shortened, lists counted."""
    parts = []
    for name, value in details.items():
        if value in ("", None, [], {}, False):
            continue
        label = f"history.key-{name.replace('_', '-')}"
        if isinstance(value, str):
            shown = value[:16] + "…" if _DIGEST.fullmatch(value) else _what_in_words(name, value)
        elif isinstance(value, bool):
            shown = say("words.yes")
        else:
            shown = say("history.counted", count=len(value)) if isinstance(value, (Mapping, Sequence)) else str(value)
        parts.append(say("history.pair", key=say(label) if known(label) else name, value=shown))
    return say("history.separator").join(parts)


def who(happening: Happening) -> str:
    """The account or program; of a check, the program's audit."""
    return happening.who or say("history.by-audit" if happening.source == "audit" else "history.by-unknown")


def technical(text: str) -> tuple[str, ...]:
    """The lines of an account that an expert repeats: command lines, and the figures that they gave."""
    return tuple(line for line in text.splitlines() if line.startswith(_TECHNICAL))


def in_words(text: str) -> str:
    """An account without what stands in the appendix."""
    return "\n".join(line for line in text.splitlines() if not line.startswith(_TECHNICAL)).strip()


def told(happening: Happening, history: History, labels: Mapping[str, str], *, short: bool = True) -> str:
    """What is known about it beyond that it happened; `short`: as a table has it, without command lines."""
    text = happening.text.strip()
    if short:
        text = in_words(text)
    if happening.details is not None:
        parts = [_part(name, value, history, labels) for name, value in happening.details.items()]
        text = say("history.separator").join([*filter(None, parts), *filter(None, [text])])
    if not text and happening.source == "package" and not history.contents:
        return say("history.withheld")
    if short and len(text) > _LONGEST:
        return text[: _LONGEST - 1] + "… " + say("history.shortened")
    return text


def _part(name: str, value: Any, history: History, labels: Mapping[str, str]) -> str:
    if value in ("", None, [], {}) or (name == "subject" and value == history.objid) or (name, value) in _USUAL:
        return ""
    label = f"history.key-{name.replace('_', '-')}"
    return say("history.pair", key=say(label) if known(label) else name, value=_value(name, value, history, labels))


def _value(name: str, value: Any, history: History, labels: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return say("words.yes" if value else "history.no")
    if name == "state" and known(f"words.copy-{value}"):
        return say(f"words.copy-{value}")
    if name == "reason" and known(f"words.reason-{value}"):
        return say(f"words.reason-{value}")
    if isinstance(value, str):
        return _one(value, history, labels)
    if isinstance(value, Mapping):
        return listed(
            f"{_one(str(key), history, labels)}={_one(str(inner), history, labels)}" for key, inner in value.items()
        )
    if isinstance(value, Sequence):
        # Other cases that a search showed, and names of files to those who may not see them, are counted and not named.
        others = [one for one in value if not isinstance(one, str) or one != history.objid]
        if name == "cases" or not history.contents:
            return say("history.counted", count=len(value))
        shown = [_plain(other, history, labels) for other in others[:_MOST]]
        return listed(shown) + (say("history.and-more", count=len(value) - _MOST) if len(others) > _MOST else "")
    return str(value)


def _plain(value: Any, history: History, labels: Mapping[str, str]) -> str:
    words = value.values() if isinstance(value, Mapping) else [value]
    return " ".join(_one(str(word), history, labels) for word in words if word not in ("", None))


def _one(value: str, history: History, labels: Mapping[str, str]) -> str:
    if value in labels:
        return labels[value]
    if _DIGEST.fullmatch(value):
        return value[:16] + "…"
    other = _OTHER_CASE.match(value)
    return say("history.other-case") if other and other[0] != history.objid else value
