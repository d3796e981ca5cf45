"""What is said at the end of a case, shown or just taken in: whether it has every copy that it needs."""

from __future__ import annotations

from collections.abc import Iterable

from preserve.cli.output import Output
from preserve.services.tables.words import Counted, missing_copies


def say_standing(output: Output, sealed: bool, missing: Iterable[Counted], *, alone: bool) -> None:
    """Say whether a case has every copy that it needs; `alone`: all of them on one medium."""
    if sealed:
        output.sentence("cli.sealed-alone" if alone else "cli.sealed", style="green")
    else:
        output.sentence("cli.not-sealed", style="yellow", missing=missing_copies(missing))
