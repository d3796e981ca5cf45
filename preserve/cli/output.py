"""How results reach a person or a program: tables and sentences, or one JSON document."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from preserve.cli.failures import tell_aside
from preserve.cli.progress import Watcher, how_to_show
from preserve.messages import language, say
from preserve.services.documents import as_document
from preserve.services.local_times import clock_of, in_local_time, values_in_local_time
from preserve.services.operation import Operation
from preserve.services.session import Needs, Session, begin, of_this_process
from preserve.services.tables import Table
from preserve.services.text import (
    Finding,
    Group,
    console,
    each_alone,
    grouped,
    json_text,
    name_of_problem,
    safe_values,
    stoppable,
    visible,
)

if TYPE_CHECKING:
    from rich.console import Console

P = ParamSpec("P")
R = TypeVar("R")

_PIPE_WIDTH = 160
_STYLES = {"refuse": "bold red", "error": "red", "warning": "yellow", "note": "cyan"}


@dataclass(frozen=True, slots=True)
class Output:
    """Where and in what form this command speaks, and the home it was pointed at."""

    as_json: bool
    home_path: Path | None
    grouping: bool = True
    sessions: dict[str, Session] = field(default_factory=dict)

    def session(self, needs: Needs = "archive") -> Session:
        """The dealings of this command with the archive; one, however many operations it calls."""
        if needs not in self.sessions:
            self.sessions[needs] = begin(
                self.home_path, of_this_process(self.home_path), language(), needs, aside=tell_aside
            )
        return self.sessions[needs]

    def call(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call one operation, as who started this process. Raises what it raises."""
        return operation(self.session(operation.needs), *args, **kwargs)

    def work(self, title: str, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call one operation that takes long: its progress is shown, and Ctrl-C stops it.

        It is shown under a title, where the operation does not itself begin with one.
        """
        session = self.session(operation.needs)
        with stoppable(), Watcher(how_to_show(sys.stderr, as_json=self.as_json)) as watcher:
            if title:
                watcher.begin(title)
            return operation(session.watched(watcher), *args, **kwargs)

    def close(self) -> None:
        """Close what the command opened."""
        for session in self.sessions.values():
            session.close()

    def clock(self) -> tzinfo:
        """The clock that people read here: that of the bureau whose home the command opened."""
        homes = (session.opened_home for session in self.sessions.values())
        return clock_of(next(filter(None, homes), None))

    def done(self, code: str, result: object, /, style: str = "green", **values: str | int | float) -> None:
        """Say that it was done, and print the document of the result with --json."""
        self.sentence(code, style=style, **values)
        self.document(result)

    def document(self, result: object) -> None:
        """With --json: print the document of an operation's result on stdout."""
        if self.as_json:
            sys.stdout.write(json_text(as_document(result)) + "\n")

    def result(self, document: Mapping[str, Any]) -> None:
        """With --json: print a document on stdout that is no operation's: that of a failure."""
        if self.as_json:
            sys.stdout.write(json_text(document) + "\n")

    def console(self, *, error: bool = False) -> Console:
        """A console on stdout, or on stderr where the words are about the work and not its result."""
        # A pipe has no width; tables written to one should not be folded to that of an old terminal.
        stream = sys.stderr if error else sys.stdout
        return console(stream, width=None if stream.isatty() else _PIPE_WIDTH)

    def sentence(self, code: str, /, style: str = "", **values: str | int | float) -> None:
        """Say something about the work, on stderr; silent with --json."""
        if not self.as_json:
            shown = safe_values(values_in_local_time(values, self.clock()))
            self.console(error=True).print(say(code, **shown), style=style or None, markup=False, soft_wrap=True)

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
        """A table on stdout for a person, by the bureau's clock; silent with --json. Cells are shown literally."""
        if self.as_json:
            return
        from rich.table import Table
        from rich.text import Text

        named = any(headings)
        table = Table(title=title or None, title_justify="left", show_edge=False, pad_edge=False, show_header=named)
        for heading in headings:
            table.add_column(heading, overflow="fold")
        clock = self.clock()
        for row in rows:
            table.add_row(*[Text(visible(in_local_time(cell, clock))) for cell in row])
        self.console().print(table)

    def tables(self, *tables: Table) -> None:
        """Tables of a result, one under the other, silent with --json."""
        for table in tables:
            self.table(table.heads, table.rows, table.title and "\n" + table.title)

    def listing(self, rows: Table, result: object, older: int = 0) -> None:
        """A list: its table, whether there is nothing in it or there are older ones, and its document."""
        self.tables(rows)
        if not rows.rows:
            self.sentence("cli.none-found")
        if older:
            self.sentence("cli.older-not-listed", style="yellow", count=older)
        self.document(result)

    def findings(self, findings: Iterable[Finding], limit: int = 200) -> None:
        """Say each mistake on stderr, worst first, with its places; silent with --json."""
        if self.as_json:
            return
        console = self.console(error=True)
        clock = self.clock()
        shown = [
            replace(finding, values=safe_values(values_in_local_time(finding.values, clock))) for finding in findings
        ]
        groups = grouped(shown) if self.grouping else each_alone(shown)
        for group in groups[:limit]:
            console.print(group_line(group), style=_STYLES[group.severity], markup=False, soft_wrap=True)
            if advice := group.hint():
                console.print("    → " + advice, markup=False, soft_wrap=True)
        if len(groups) > limit:
            console.print(say("cli.more-findings", count=len(groups) - limit), markup=False)


def group_line(group: Group) -> str:
    """One mistake as one line: severity, places, sentence, and the name by which a person answers for it."""
    place = group.where()
    where = say("words.place-mark", place=visible(place)) if place else ""
    values = group.first.values
    sentence = f"{say('cli.severity-' + group.severity)} {where}{group.sentence()}"
    if group.counted:
        return sentence
    if "accepted_by" in values:
        sentence += " " + say("rule.accepted", **values)
    elif group.severity == "error" and "." in group.first.code:
        sentence += f" [{name_of_problem(group.first.code)}]"
    return sentence
