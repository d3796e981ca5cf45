"""Progress on a terminal or a pipe, said in the reader's language; on stderr, for stdout belongs to results."""

from __future__ import annotations

import contextlib
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self, TextIO

from preserve.messages import bytes_for_people, length_for_people, say
from preserve.services.text import Silent, Unit, Value, console, one_line

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

Show = Literal["bars", "lines", "nothing"]

_LINE_EVERY = 10.0  # seconds between two lines on a pipe


def how_to_show(stream: TextIO, *, as_json: bool) -> Show:
    """Bars on a terminal, plain lines on a pipe, nothing where a program listens."""
    if as_json:
        return "nothing"
    return "bars" if stream.isatty() else "lines"


class Watcher(Silent):
    """Shows how far the work is, in bytes or seconds of media and in files, with the time left. Use as a context."""

    def __init__(self, show: Show = "nothing", stream: TextIO | None = None) -> None:
        super().__init__()
        self._show = show
        self._stream = stream or sys.stderr
        self._bars: Bars | None = None
        self._task: TaskID | None = None
        self._title = ""
        self._total: int | None = None
        self._files = 0
        self._unit: Unit = "bytes"
        self._said, self._said_of = 0.0, 0
        self.done = 0
        self.files_done = 0

    def __enter__(self) -> Self:
        if self._show == "bars":
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            self._bars = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TextColumn("{task.fields[amount]}", markup=False),
                TextColumn("{task.fields[files]}", markup=False),
                TimeRemainingColumn(),
                console=console(self._stream),
                transient=True,
            )
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def begin(
        self, code: str, total: int | None = None, files: int = 0, *, unit: Unit = "bytes", **values: Value
    ) -> None:
        """A new stretch of work: its name, and how much it is as far as that is known."""
        self.check()
        title = one_line(say(code, **values))
        self._title, self._total, self._files, self._unit = title, total, files, unit
        self.done = self.files_done = self._said_of = 0
        self._said = time.monotonic()
        if self._bars is not None:
            if self._task is not None:
                self._bars.remove_task(self._task)
            self._task = self._bars.add_task(title, total=total, files="", amount="")
        elif self._show == "lines":
            self._say(title)

    def __call__(self, moved: int, files: int = 0) -> None:
        """So much of the unit and `files` files more are done. Raises Stopped when somebody asked to stop."""
        self.check()
        self.done += moved
        self.files_done += files
        if self._bars is not None and self._task is not None:
            counted = f"{self.files_done}/{self._files}" if self._files else ""
            self._bars.update(self._task, completed=self.done, files=counted, amount=self._amount())
        elif (
            self._show == "lines"
            and self.done > self._said_of
            and (now := time.monotonic()) - self._said >= _LINE_EVERY
        ):
            self._said, self._said_of = now, self.done
            self._say(self._line())

    def _amount(self) -> str:
        said = length_for_people if self._unit == "seconds" else bytes_for_people
        return f"{said(self.done)} / {said(self._total)}" if self._total else said(self.done)

    def _line(self) -> str:
        part = f"{100 * self.done // self._total}%" if self._total else self._amount()
        values: dict[str, str | int | float] = {
            "title": self._title,
            "part": part,
            "done": self.files_done,
            "files": self._files,
        }
        return say("work.progress-files" if self._files else "work.progress", **values)

    def _say(self, text: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._stream.write(text + "\n")
            self._stream.flush()
