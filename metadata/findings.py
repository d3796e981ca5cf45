"""What a check found: one frozen record that carries a code and values, and leaves the words to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["refuse", "error", "warning", "note"]
"""`refuse`: not accepted. `error`: accepted only with a signed explanation. `warning`: recorded, shown. `note`."""

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or worth saying.

    `code` is `domain.name` in kebab case (`bag.payload-oxum-differs`) and names the sentence that says it;
    `where` is a path inside the package or case, or sheet, row and field; `values` fill the sentence;
    `detail` is for the log only (full cause, library's own words).
    """

    code: str
    where: str = ""
    severity: Severity = "error"
    values: Mapping[str, Value] = field(default_factory=dict)
    detail: str = ""
