"""Begins what answers a monitor, where the settings name an address for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preserve.errors import ToolMissing
from preserve.services.standing import Standing

if TYPE_CHECKING:
    from preserve.serving.metrics import Exporter


def exporter_of(standing: Standing) -> Exporter | None:
    """What answers a monitor of this archive, if any may ask. Raises ToolMissing, UsageError, MediumProblem."""
    if not standing.monitor.listen:
        return None
    try:
        from preserve.serving.metrics import Exporter
    except ImportError as error:
        raise ToolMissing("serve.metrics-missing", str(error.name)) from error
    return Exporter(standing, standing.monitor)
