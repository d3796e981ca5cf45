"""The models of machine reading, and what one is worth, as tables."""

from __future__ import annotations

from preserve.messages import say
from preserve.services.machine_measures import ReadingMeasured
from preserve.services.machine_models import ModelList
from preserve.services.tables import Table, cells, table


def list_models(shown: ModelList) -> Table:
    """Each model, what it is for, and whether it is here."""
    return table(
        "name purpose state licence source digest",
        (
            (
                row.name,
                say(f"reading.for-{row.what}"),
                say(f"reading.model-{row.state}"),
                row.licence,
                f"{row.maker}: {row.source}",
                row.digest[:16],
            )
            for row in shown.models
        ),
    )


def measured(result: ReadingMeasured) -> Table:
    """Each file, with the signs that are wrong and the lines that are wholly right."""
    return table(
        "file pages unread signs wrong-signs lines right-lines seconds",
        (
            cells(one.file, one.pages, one.unread, one.signs, one.wrong, one.lines, one.right, f"{one.seconds:.1f}")
            for one in result.files
        ),
    )
