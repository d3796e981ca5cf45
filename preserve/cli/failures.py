"""What a person sees when a command fails: what was wrong, where, what to do; and the exit status of the cause."""

from __future__ import annotations

import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from preserve.messages import hint, say
from preserve.services.failures import Failure, failure_of
from preserve.services.text import safe_values, visible

if TYPE_CHECKING:
    from preserve.cli.output import Output


def tell(error: BaseException | Failure, as_json: bool, *, grouping: bool = True) -> int:
    """Say an error in the user's language and return its exit status. A defect leaves its trace in a file."""
    from preserve.cli.output import Output

    failure = error if isinstance(error, Failure) else failure_of(error) or _defect(error)
    output = Output(as_json=as_json, home_path=None, grouping=grouping)
    if as_json:
        output.result(failure.document())
        return failure.status
    show_failure(output, failure)
    return failure.status


def show_failure(output: Output, failure: Failure) -> None:
    """Say what went wrong on stderr; silent with --json."""
    if output.as_json:
        return
    console = output.console(error=True)
    shown = safe_values(failure.told())
    said = say(failure.code, **shown)
    names_its_place = said != say(failure.code, **shown | {"where": ""})
    place = say("words.place-mark", place=shown["where"]) if failure.where and not names_its_place else ""
    console.print(f"{say('cli.failed')} {place}{said}", style="bold red", markup=False, soft_wrap=True)
    if advice := hint(failure.code, **shown):
        console.print("    → " + advice, markup=False, soft_wrap=True)
    output.findings(failure.findings)


def tell_aside(error: BaseException) -> None:
    """Say on stderr, whatever the form of the output, what went wrong after the command had done its work."""
    failure = failure_of(error)
    reason = say(failure.code, **failure.told()) if failure else f"{type(error).__name__}: {error}"
    sys.stderr.write(f"{visible(say('ledger.not-witnessed', reason=reason))}\n")


def _defect(error: BaseException) -> Failure:
    return Failure(1, "cli.defect", values={"kind": type(error).__name__, "file": str(_keep_trace(error))})


def _keep_trace(error: BaseException) -> Path:
    handle, name = tempfile.mkstemp(prefix="preserve-defect-", suffix=".txt", text=True)
    with open(handle, "w", encoding="utf-8") as stream:
        traceback.print_exception(error, file=stream)
    return Path(name)
