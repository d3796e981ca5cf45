"""What a person sees when a command fails: what was wrong, where, what to do; and the exit status of the cause."""

from __future__ import annotations

import json
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

import click

from metadata.errors import BagUnreadable, MetadataError, SchemaMissing
from metadata.findings import Finding, Value
from preserve.cli.output import Output, finding_document
from preserve.errors import PreserveError
from preserve.messages import hint, say
from preserve.terminal import safe_values
from preserve.visible_text import visible
from storage_adapters.errors import MediumAbsent, MediumFailing, MediumFull, ReadOnly, StorageError


def status_of(error: BaseException) -> int:
    """The exit status of an error: its class's own, 3 or 5 or 7 for the libraries', 1 for a defect."""
    if isinstance(error, PreserveError):
        return error.status
    if isinstance(error, SchemaMissing):
        return 7
    if isinstance(error, BagUnreadable):
        return 4
    if isinstance(error, MetadataError):
        return 3
    if isinstance(error, (MediumAbsent, MediumFull, MediumFailing, ReadOnly)):
        return 5
    if isinstance(error, StorageError):
        return 3
    return 1


def tell(error: BaseException, as_json: bool) -> int:
    """Say an error in the user's language and return its exit status. A defect leaves its trace in a file."""
    findings: tuple[Finding, ...] = ()
    code, where = "cli.defect", ""
    values: dict[str, Value] = {}
    if isinstance(error, PreserveError):
        code, where, values, findings = error.code, error.where, dict(error.values), error.findings
    elif isinstance(error, (MetadataError, StorageError)):
        code, where, values = error.code, error.where, dict(error.values)
    else:
        values = {"kind": type(error).__name__, "file": str(_keep_trace(error))}
    status = status_of(error)
    output = Output(as_json=as_json, home_path=None)
    if as_json:
        output.result(_document(status, code, where, values, findings))
        return status
    console = output.console(error=True)
    place = f"{visible(where)}: " if where else ""
    shown = safe_values(values)
    console.print(f"{say('cli.failed')} {place}{say(code, **shown)}", style="bold red", markup=False, soft_wrap=True)
    if advice := hint(code, **shown):
        console.print("    → " + advice, markup=False, soft_wrap=True)
    output.findings(findings)
    return status


def tell_aside(error: BaseException) -> None:
    """Say on stderr, whatever the form of the output, what went wrong after the command had done its work."""
    known = isinstance(error, (PreserveError, MetadataError, StorageError))
    code, values = (error.code, dict(error.values)) if known else ("", {})  # type: ignore[attr-defined]
    reason = say(code, **values) if known else f"{type(error).__name__}: {error}"
    sys.stderr.write(f"{visible(say('ledger.not-witnessed', reason=reason))}\n")


def tell_usage(error: click.ClickException, as_json: bool) -> int:
    """Say that the command was called wrongly; status 2."""
    message = error.format_message()
    if as_json:
        Output(as_json=True, home_path=None).result(
            {"ok": False, "status": 2, "error": {"code": "cli.usage", "message": message}}
        )
    else:
        context = getattr(error, "ctx", None)
        if context is not None:
            sys.stderr.write(context.get_usage() + "\n")
        sys.stderr.write(f"{say('cli.usage')} {visible(message, keep=chr(10))}\n")
    return 2


def _document(
    status: int, code: str, where: str, values: dict[str, Value], findings: tuple[Finding, ...]
) -> dict[str, Any]:
    return {
        "ok": False,
        "status": status,
        "error": {
            "code": code,
            "where": where,
            "values": json.loads(json.dumps(values, default=str)),
            "message": say(code, **values),
            "hint": hint(code, **values),
        },
        "findings": [finding_document(finding) for finding in findings],
    }


def _keep_trace(error: BaseException) -> Path:
    handle, name = tempfile.mkstemp(prefix="preserve-defect-", suffix=".txt", text=True)
    with open(handle, "w", encoding="utf-8") as stream:
        traceback.print_exception(error, file=stream)
    return Path(name)
