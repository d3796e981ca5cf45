"""DA/T 13-2022: the archival number (档号) is made as the bureau's rules say; they are in `profiles/numbering.toml`.

No article of the regulation asks for it, so its findings name none. Whether another case has the number is seen when
the case is taken in.
"""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding, Value
from preserve.administration.numbering import filing, pattern
from preserve.ingest.rules import View

_FIELD = "archival_number"


def check(view: View) -> Iterator[Finding]:
    """Every part in which the number of the case does not hold; and that the case belongs in no fonds."""
    profile = view.numbering
    if profile is None or profile.use == "as-given":
        return
    own = filing.belongs_to(view.register, view.case)
    if view.register and own is None:
        yield Finding("rule.fonds-unknown", "", "warning", {"producer": view.case.producer.name})
    written = view.case.archival_number
    if not written:
        if profile.use == "check" and profile.required:
            yield Finding("rule.archival-number-missing", _FIELD, profile.severity, {})
        return
    for fault in pattern.faults(profile, written, view.case, own.number if own else ""):
        severity = "note" if fault.reason == "signs" else profile.severity
        values: dict[str, Value] = {"number": written, "written": fault.written, "wanted": fault.wanted}
        if fault.level:
            values |= {"level": fault.level}
        if fault.place:
            values |= {"place": fault.place}
        yield Finding(f"rule.archival-number-{fault.reason}", _FIELD, severity, values)
