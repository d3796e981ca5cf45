"""`preserve check`: what ingest would refuse or warn of, for one case or a folder of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from preserve.cli.failures import tell
from preserve.cli.main import Command
from preserve.cli.output import Output, finding_document
from preserve.errors import PreserveError, Refused
from preserve.messages import bytes_for_people, say

if TYPE_CHECKING:
    from preserve.home import Home
    from preserve.ingest.assess import Assessed, Judged


@click.command(cls=Command)
@click.argument("sips", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SIP...")
@click.option("--xlsx", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--report", "reports", type=click.Path(path_type=Path), metavar="DIR")
@click.pass_obj
def check(output: Output, sips: tuple[Path, ...], xlsx: Path | None, reports: Path | None) -> int:
    """Assess deposits; nothing in them is changed. Exit status 3 when one would be refused."""
    from preserve.ingest import batch, waiting
    from preserve.ingest.assess import preview, refusal
    from preserve.work import Watcher, free_space, how_to_show, stoppable

    home = output.home()
    if xlsx is not None and xlsx.exists():
        raise Refused("cli.file-exists", str(xlsx))
    paths = [path for sip in sips for path in waiting.cases_in(sip, home)]
    documents: list[dict[str, Any]] = []
    rows: list[batch.Row] = []
    status = 0
    for path in paths:
        try:
            with stoppable(), Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher:
                watcher.begin(say("cli.checking"))
                assessed, judged = preview(home, path, watcher)
            rows.append(batch.row_of(path, assessed, judged))
            if reports is not None:
                _write_reports(home, reports, path, judged)
            if refused := refusal(assessed.deposit, judged.findings):
                raise refused
        except PreserveError as error:
            status = status or error.status
            if not isinstance(error, Refused):
                raise
            if not rows or rows[-1].path != path:
                rows.append(batch.row_of_refused(path, error.findings))
            if len(paths) == 1 or not output.as_json:
                _tell(output, error, len(paths))
            documents.append({"sip": str(path), "ok": False, "status": error.status, "error": str(error)})
            continue
        free = free_space(home.store)
        fits = assessed.needed + home.settings.reserve <= free
        status = status or (0 if fits else 5)
        documents.append(_document(path, assessed, judged, free, fits))
        if len(paths) == 1:
            output.findings(judged.findings)
            output.sentence(
                "cli.check-done" if fits else "cli.check-no-room", style="green" if fits else "bold red",
                number=assessed.description.case_number, files=len(assessed.deposit.files),
                size=bytes_for_people(assessed.deposit.size), needed=bytes_for_people(assessed.needed),
                free=bytes_for_people(free),
            )  # fmt: skip
    if len(paths) > 1:
        output.table(batch.heads(), [batch.cells(row) for row in rows])
    if xlsx is not None:
        batch.write_table(xlsx, rows)
        output.sentence("cli.written", style="green", path=str(xlsx))
    if reports is not None:
        output.sentence("cli.written", style="green", path=str(reports))
    if len(paths) > 1 or any(document["ok"] or document["status"] == 5 for document in documents):
        output.result({"ok": status == 0, "status": status, "checks": documents})
    return status


def _tell(output: Output, error: Refused, cases: int) -> None:
    """One case is told in full; of many only what could not even be read, the rest stands in the table."""
    if cases == 1 or not any(finding.code.startswith("rule.") for finding in error.findings):
        tell(error, output.as_json)


def _document(path: Path, assessed: Assessed, judged: Judged, free: int, fits: bool) -> dict[str, Any]:
    from preserve.ingest.compliance import verdict

    return {
        "sip": str(path), "ok": fits, "status": 0 if fits else 5, "kind": assessed.deposit.kind,
        "case_number": assessed.description.case_number, "verdict": verdict(judged.findings),
        "files": len(assessed.deposit.files), "bytes": assessed.deposit.size, "needed": assessed.needed, "free": free,
        "findings": [finding_document(finding) for finding in judged.findings],
    }  # fmt: skip


def _write_reports(home: Home, folder: Path, path: Path, judged: Judged) -> None:
    from preserve.clock import now
    from preserve.ingest.compliance import reports
    from storage_adapters.durable import write_file

    for name, _, data in reports(judged.view, judged.findings, home.settings.institution, now()):
        write_file(folder / f"{path.name}.{name}", data)
