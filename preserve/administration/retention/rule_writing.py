"""Other numbers written into the bureau's own retention profile, its comments kept: a proposal, which changes nothing.

Only numbers that stand there already are changed, each where it stands. What comes out is read again and must say what
the profile said, but for these numbers.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from preserve.administration.retention.profile import NAME, RetentionProfile, text_of
from preserve.data_management import ledger
from preserve.errors import Changed, Conflict, NotFound, Refused, UsageError
from preserve.home import Home
from storage_adapters.durable import write_file

PROPOSED = "retention.rules-proposed"
_HEAD = re.compile(r"\s*\[\[?\s*([A-Za-z_-]+)\s*\]\]?\s*(?:#.*)?$")


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is proposed: years by the name of a class; 0 leaves the others as they are.

    `notice_months` ahead things are told of; `group` people appraise; `cooling_days` pass before a destruction.
    """

    years: Mapping[str, int]
    notice_months: int = 0
    group: int = 0
    cooling_days: int = 0


def propose(
    home: Home, connection: Connection, numbers: Numbers, *, seen: str, reason: str, actor: str, moment: datetime
) -> str:
    """Write the numbers into the bureau's own profile, in the caller's transaction; return its new digest.

    Raises Changed where the profile is not the one that was seen, UsageError without a reason, NotFound for a class
    that is none, Conflict where nothing would change, Refused for numbers below the floor.
    """
    if not reason.strip():
        raise UsageError("retention.rules-reason")
    before = text_of(home.profiles)
    digest = hashlib.sha256(before).hexdigest()
    if seen and seen != digest:
        raise Changed("retention.rules-changed", seen[:16])
    after = rewritten(before.decode(), numbers).encode()
    if after == before:
        raise Conflict("retention.rules-no-change")
    sha256 = hashlib.sha256(after).hexdigest()
    details = {"before": digest, "sha256": sha256, "reason": reason.strip()}
    subject = home.settings.archive_id
    ledger.append(connection, action=PROPOSED, subject=subject, actor=actor, details=details, moment=moment)
    write_file(home.profiles / NAME, after, durable=True, mode=0o640)
    return sha256


def rewritten(text: str, numbers: Numbers) -> str:
    """The text of the profile with these numbers. Raises NotFound, Refused."""
    wanted = _wanted(tomllib.loads(text), numbers)
    try:
        RetentionProfile.model_validate(wanted)
    except ValidationError as error:
        said = str(error.errors(include_url=False, include_input=False)[0]["msg"])
        raise Refused("retention.rules-below-floor", NAME, reason=said) from error
    lines = text.splitlines(keepends=True)
    for table, name, first, last in _tables(lines):
        for key, number in _numbers_of(table, name, numbers).items():
            for place in range(first, last):
                lines[place] = re.sub(rf"^(\s*{key}\s*=\s*)\d+", rf"\g<1>{number}", lines[place])
    made = "".join(lines)
    if not _says(made, wanted):
        raise Refused("retention.rules-not-editable", NAME)
    return made


def _says(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _wanted(content: dict[str, Any], numbers: Numbers) -> dict[str, Any]:
    """What the profile is to say."""
    known = {rule.get("name"): rule for rule in content.get("class", [])}
    for name, years in numbers.years.items():
        if name not in known or "years" not in known[name]:
            raise NotFound("retention.rule-unknown", name)
        known[name]["years"] = years
    for table in ("notice", "appraisal"):
        for key, number in _numbers_of(table, "", numbers).items():
            content.setdefault(table, {})[key] = number
    return content


def _numbers_of(table: str, name: str, numbers: Numbers) -> dict[str, int]:
    """The keys of a table that get another number."""
    if table == "class":
        return {"years": numbers.years[name]} if name in numbers.years else {}
    known = {
        "notice": {"months": numbers.notice_months},
        "appraisal": {"group": numbers.group, "cooling_days": numbers.cooling_days},
    }
    return {key: number for key, number in known.get(table, {}).items() if number}


def _tables(lines: list[str]) -> Iterator[tuple[str, str, int, int]]:
    """Each table, its name where it has one, and its lines from the one after its head."""
    heads = [(place, found[1]) for place, line in enumerate(lines) if (found := _HEAD.match(line))]
    for (place, table), following in zip(heads, [*(place for place, _ in heads[1:]), len(lines)], strict=True):
        names = (re.match(r"\s*name\s*=\s*[\"']([^\"']+)[\"']", line) for line in lines[place + 1 : following])
        yield table, next((found[1] for found in names if found), ""), place + 1, following
