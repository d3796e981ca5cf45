"""What doors need to show text: names and values made safe for eyes and terminals, and the forms that carry them."""

from __future__ import annotations

from metadata.findings import Finding, Value
from preserve.description.problems import name_of_problem
from preserve.grouping import Group, each_alone, grouped
from preserve.locales import libraries_speak, locale_name
from preserve.progress import Progress, Silent, Unit, stoppable
from preserve.terminal import console, json_text, safe_values
from preserve.visible_text import one_line, visible

__all__ = [
    "Finding",
    "Group",
    "Progress",
    "Silent",
    "Unit",
    "Value",
    "console",
    "each_alone",
    "grouped",
    "json_text",
    "libraries_speak",
    "locale_name",
    "name_of_problem",
    "one_line",
    "safe_values",
    "stoppable",
    "visible",
]
