"""How results reach a person or a program: tables and sentences, or one JSON document."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metadata.findings import Finding
from preserve.messages import hint, say
from preserve.terminal import console, json_text, safe_values
from preserve.visible_text import visible

if TYPE_CHECKING:
    from rich.console import Console

    from preserve.home import Home

_PIPE_WIDTH = 160
_STYLES = {"refuse": "bold red", "error": "red", "warning": "yellow", "note": "cyan"}


@dataclass(frozen=True, slots=True)
class Output:
    """Where and in what form this command speaks, and the home it was pointed at."""

    as_json: bool
    home_path: Path | None

    def home(self) -> Home:
        """The home in use. Raises UsageError where there is none."""
        from preserve.home import default_path, open_home

        return open_home(self.home_path or default_path())

    def own_profiles(self) -> Path | None:
        """The folder of the archive's own profiles; None where no home was named and none is in its usual place."""
        home = self.home() if self.home_path is not None else self.home_if_any()
        return home.profiles if home is not None else None

    def home_if_any(self) -> Home | None:
        """The home in use; None where there is none. Raises Refused where its settings are wrong."""
        from preserve.errors import UsageError

        try:
            return self.home()
        except UsageError:
            return None

    def console(self, *, error: bool = False) -> Console:
        """A console on stdout, or on stderr where the words are about the work and not its result."""
        # A pipe has no width; tables written to one should not be folded to that of an old terminal.
        stream = sys.stderr if error else sys.stdout
        return console(stream, width=None if stream.isatty() else _PIPE_WIDTH)

    def sentence(self, code: str, /, style: str = "", **values: str | int | float) -> None:
        """Say something about the work, on stderr; silent with --json."""
        if not self.as_json:
            self.console(error=True).print(
                say(code, **safe_values(values)), style=style or None, markup=False, soft_wrap=True
            )

    def result(self, document: Mapping[str, Any]) -> None:
        """With --json: print the one document on stdout."""
        if self.as_json:
            sys.stdout.write(json_text(document) + "\n")

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
        """A table on stdout for a person; silent with --json. Cells are shown literally."""
        if self.as_json:
            return
        from rich.table import Table
        from rich.text import Text

        named = any(headings)
        table = Table(title=title or None, title_justify="left", show_edge=False, pad_edge=False, show_header=named)
        for heading in headings:
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*[Text(visible(cell)) for cell in row])
        self.console().print(table)

    def findings(self, findings: Iterable[Finding], limit: int = 200) -> None:
        """Say each finding on stderr, worst first; silent with --json."""
        if self.as_json:
            return
        console = self.console(error=True)
        order = list(_STYLES)
        ranked = sorted(findings, key=lambda finding: order.index(finding.severity))
        for finding in ranked[:limit]:
            console.print(finding_line(finding), style=_STYLES[finding.severity], markup=False, soft_wrap=True)
            if advice := hint(finding.code, **safe_values(finding.values)):
                console.print("    → " + advice, markup=False, soft_wrap=True)
        if len(ranked) > limit:
            console.print(say("cli.more-findings", count=len(ranked) - limit), markup=False)


def finding_line(finding: Finding) -> str:
    """One finding as one line: severity, place, sentence."""
    where = f"{visible(finding.where)}: " if finding.where else ""
    values = safe_values(finding.values)
    sentence = f"{say('cli.severity-' + finding.severity)} {where}{say(finding.code, **values)}"
    if "accepted_by" in values:
        sentence += " " + say("rule.accepted", **values)
    elif finding.severity == "error" and "." in finding.code:
        sentence += f" [{finding.code.partition('.')[2]}]"
    return sentence


def finding_document(finding: Finding) -> dict[str, Any]:
    """One finding for --json, with its sentence in the language in use."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "where": finding.where,
        "values": dict(finding.values),
        "message": say(finding.code, **finding.values),
        "hint": hint(finding.code, **finding.values),
    }
