"""The errors of the application, one tree; each class has its exit status.

PreserveError                 1  a defect of ours
├── UsageError                2  the command was called wrongly
├── Refused                   3  input or policy: the deposit or the wish is not accepted
│   ├── NotFound              3  there is nothing of that name, or nothing that this person may know of
│   └── Conflict              3  it is not in the state for that, or somebody else is at it; look at it again
│       └── Changed           3  it is not what was seen any more; look at it again
├── NotIntact                 4  something is altered, damaged or missing
├── MediumProblem             5  a medium is absent, full or failing
├── NotPermitted              6  this person may not do this
│   └── ConfirmNeeded         6  the password must be given again for this
├── ToolMissing               7  a program or library this needs is not installed
├── Stopped                   8  stopped before the end; run again to resume
└── Busy                      9  another operation is at it; nothing was done, run again in a while
    └── Throttled             9  too much of that was asked lately; nothing was done, ask again in `seconds`
"""

from __future__ import annotations

from collections.abc import Sequence

from metadata.findings import Finding, Value, text_in


def _again(
    kind: type[PreserveError],
    code: str,
    where: str,
    findings: tuple[Finding, ...],
    detail: str,
    values: dict[str, Value],
) -> PreserveError:
    return kind(code, where, findings=findings, detail=detail, **values)


class PreserveError(Exception):
    """Root. `code` names the sentence (and `code + '.hint'` what to do), `where` the place, `values` fill it."""

    status = 1

    def __init__(
        self, code: str, where: str = "", *, findings: Sequence[Finding] = (), detail: str = "", **values: Value
    ) -> None:
        # A name whose bytes are no text breaks whatever the error is written into.
        where, values = str(text_in(where)), {name: text_in(value) for name, value in values.items()}
        super().__init__(code, where, values)
        self.code = code
        self.where = where
        self.values = values
        self.findings = tuple(findings)
        self.detail = detail

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        # Errors come back from worker processes, which takes more than Exception does by itself.
        return _again, (type(self), self.code, self.where, self.findings, self.detail, dict(self.values))

    def __str__(self) -> str:
        parts = [self.code, self.where, str(self.values or ""), self.detail]
        parts += [f"{f.code} {f.where} {dict(f.values)}" for f in self.findings]
        return " ".join(part for part in parts if part)


class UsageError(PreserveError):
    """The command was called wrongly."""

    status = 2


class Refused(PreserveError):
    """The deposit or the request is not accepted; `findings` hold every reason at once."""

    status = 3


class NotFound(Refused):
    """There is nothing of that name, or nothing that this person may know of."""


class Conflict(Refused):
    """What was asked for does not fit the state that the thing is in now: it is there already, ended, or in use."""


class Changed(Conflict):
    """It is not what the person saw who wants to act on it: a step came in between."""


class NotIntact(PreserveError):
    """Something is altered, damaged or missing."""

    status = 4


class MediumProblem(PreserveError):
    """A medium is absent, full, read-only or failing."""

    status = 5


class NotPermitted(PreserveError):
    """This person may not do this."""

    status = 6


class ConfirmNeeded(NotPermitted):
    """The person may, but must give the password again for this deed."""


class ToolMissing(PreserveError):
    """A program or library that this work needs is not installed."""

    status = 7


class Stopped(PreserveError):
    """Stopped before the end; nothing is lost, and the same command goes on where it stopped."""

    status = 8


class Busy(PreserveError):
    """Another operation holds what this one needs; nothing was done, and the same command may succeed in a while."""

    status = 9


class Throttled(Busy):
    """Too much of that was asked lately, or is asked at once; `values["seconds"]` says when to ask again."""
