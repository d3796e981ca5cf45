"""A plot that this program drew, as part of a page."""

from __future__ import annotations

from markupsafe import Markup


def drawn(plot: str) -> Markup:
    """A plot that this program drew, as part of a page: `services.plots` and the reports escape every name in it."""
    return Markup(plot)
