"""Moments as the people of a bureau read them, by its clock and without letters, and days as they write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo

from preserve.clock import CHINA, zone
from preserve.description.moments import iso
from preserve.errors import PreserveError
from preserve.home import Home

_MOMENT = re.compile(r"(?<![\w-])(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)(?!\w)")


def clock_of(home: Home | None) -> tzinfo:
    """The bureau's clock; where no home is open or its setting is wrong, that of the country."""
    try:
        return zone(home.settings.time_zone) if home is not None else CHINA
    except PreserveError:
        return CHINA


def in_local_time(text: str, bureau: tzinfo) -> str:
    """The text with each moment in UTC by the bureau's clock: `2026-09-15 22:10`. Documents keep UTC."""

    def local(found: re.Match[str]) -> str:
        try:
            moment = datetime.fromisoformat(found[1]).replace(tzinfo=UTC).astimezone(bureau)
        except (ValueError, OverflowError):
            return found[0]
        return f"{moment:%Y-%m-%d %H:%M}"

    return _MOMENT.sub(local, text)


def values_in_local_time(values: Mapping[str, str | int | float], bureau: tzinfo) -> dict[str, str | int | float]:
    """The values of a sentence, likewise."""
    return {name: in_local_time(value, bureau) if isinstance(value, str) else value for name, value in values.items()}


def day_written(text: str) -> date | None:
    """The day that somebody wrote, in any usual way; None where it is none."""
    try:
        return date.fromisoformat(iso(text) or "")
    except ValueError:
        return None
