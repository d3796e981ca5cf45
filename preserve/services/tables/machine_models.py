"""The models of machine reading as a table."""

from __future__ import annotations

from preserve.messages import say
from preserve.services.machine_models import ModelList
from preserve.services.tables import Table, table


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
