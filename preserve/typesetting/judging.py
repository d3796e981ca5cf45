"""Whether a PDF is the PDF/A that it claims to be, by the validator of pikepdf, which is named with what it says.

It approves only what it knows: its approval counts, what it calls a violation names a rule, and the rest is undecided.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PARTS = ("1", "2", "3")
"""Those of ISO 19005 that it knows; of each it checks level B, which levels A and U hold too."""

_RULE = "ISO_19005"
_XMP = "ISO_19005_2:6.6.2.3.1-1"
"""A name space in XMP that the standard does not define. It is permitted where the file describes it
(`pdfaExtension`, ISO 19005-2, 6.6.2.3.2), and descriptions are what the validator does not read."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`rules` that are broken; `undecided`: what the validator does not know, by its own names."""

    validator: str
    passed: bool
    rules: tuple[str, ...]
    undecided: tuple[str, ...]

    def words(self) -> str:
        """In one line."""
        if self.passed:
            return f"{self.validator}: pass"
        if self.rules:
            return f"{self.validator}: fail ({', '.join(self.rules)})"
        return f"{self.validator}: not decided ({', '.join(self.undecided)})"


def validator() -> str:
    """Its name and version. Raises ImportError where it, or something that it needs, is not installed."""
    import pikepdf
    from pikepdf import pdfa

    return f"{pdfa.__name__} {pikepdf.__version__}"


def judge(path: Path, part: str = "2") -> Verdict:
    """Ask the validator about level B of a part of ISO 19005. Raises ValueError for a part it does not know."""
    from pikepdf import pdfa

    report = pdfa.validate_written(path, f"{part}b")
    described = any("pdfaExtension" in finding.message for finding in report.findings)
    broken = [
        finding
        for finding in report.findings
        if finding.kind == "violation" and finding.rule.startswith(_RULE) and not (described and finding.rule == _XMP)
    ]
    unknown = tuple(dict.fromkeys(finding.rule for finding in report.findings if finding not in broken))
    rules = tuple(dict.fromkeys(finding.rule.removeprefix("ISO_") for finding in broken))
    return Verdict(validator(), bool(report.passed), rules, unknown)
