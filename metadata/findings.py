"""What a check found: one frozen record that carries a code and values, and leaves the words to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from metadata.identity import is_text, readable

Severity = Literal["refuse", "error", "warning", "note"]
"""`refuse`: not accepted. `error`: accepted only with a signed explanation. `warning`: recorded, shown. `note`."""

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or worth saying.

    `code` is `domain.name` in kebab case (`bag.payload-oxum-differs`) and names the sentence that says it;
    `where` is a path inside the package or case, or sheet, row and field; `values` fill the sentence;
    `detail` is for the log only (full cause, library's own words). A name whose bytes are no UTF-8 becomes the text
    that it most likely is, so that no finding breaks a report, a table or a database.
    """

    code: str
    where: str = ""
    severity: Severity = "error"
    values: Mapping[str, Value] = field(default_factory=dict)
    detail: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", text_in(self.where))
        if any(isinstance(value, str) and not is_text(value) for value in self.values.values()):
            object.__setattr__(self, "values", {name: text_in(value) for name, value in self.values.items()})


def text_in(value: Value) -> Value:
    """A value as text that can be written anywhere; what is text or number already stays as it is."""
    return value if not isinstance(value, str) or is_text(value) else readable(value)
