"""`preserve check`: what ingest would refuse or warn of, for one case or a folder of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from preserve.cli.failures import tell
from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, IntoFolder, NewFile
from preserve.messages import bytes_for_people, say
from preserve.services.documents import finding_document

if TYPE_CHECKING:
    from metadata.findings import Finding
    from preserve.ingest.preflight import Looked


@click.command(cls=Command)
@click.argument("sips", nargs=-1, required=True, type=InputPath(), metavar="SIP...")
@click.option("--xlsx", type=NewFile(), metavar="FILE")
@click.option("--report", "reports", type=IntoFolder(), metavar="DIR")
@click.option("--replace", "replace", is_flag=True)
@click.option("--jobs", type=click.IntRange(0, 64), default=0, metavar="N")
@click.pass_obj
def check(
    output: Output, sips: tuple[Path, ...], xlsx: Path | None, reports: Path | None, replace: bool, jobs: int
) -> int:
    """Assess deposits; nothing in them is changed. Exit status 3 when one would be refused."""
    from preserve.cli.progress import Watcher, how_to_show
    from preserve.ingest import preflight_table, waiting
    from preserve.ingest.preflight import look_all
    from preserve.progress import stoppable
    from preserve.work import free_space, processors

    home = output.home()
    paths = list(dict.fromkeys(path for sip in sips for path in waiting.cases_in(sip, home)))
    with stoppable(), Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher:
        watcher.begin("cli.checking", files=len(paths) if len(paths) > 1 else 0)
        wanted = reports.absolute() if reports is not None else None
        cases = list(look_all(home, paths, wanted, jobs or processors(), watcher, replace=replace))
    room = free_space(home.store)
    reached = [_status(one, room - home.settings.reserve) for one in cases]
    status = next((one for one in reached if one), 0)
    if len(cases) == 1:
        _tell_one(output, cases[0], reached[0], room)
    else:
        for one in cases:
            if one.refused is not None and not output.as_json and not any(map(_of_a_rule, one.row.findings)):
                tell(one.refused, False)  # what the rules say stands in the table; this could not even be read
        output.table(preflight_table.heads(), [preflight_table.cells(one.row) for one in cases])
    if xlsx is not None:
        preflight_table.write_table(xlsx.absolute(), [one.row for one in cases], home)
        output.sentence("cli.written", style="green", path=str(xlsx))
    if reports is not None:
        output.sentence("cli.written", style="green", path=str(reports))
    if len(cases) > 1 or reached[0] in (0, 5):
        checks = [_document(one, told, room) for one, told in zip(cases, reached, strict=True)]
        output.result({"ok": status == 0, "status": status, "checks": checks})
    return status


def _status(one: Looked, room: int) -> int:
    """3 where it would be refused, 5 where it does not fit into the bytes there are, else 0."""
    if one.refused is not None:
        return one.refused.status
    return 0 if one.needed <= room else 5


def _of_a_rule(finding: Finding) -> bool:
    return finding.code.startswith("rule.")


def _tell_one(output: Output, one: Looked, reached: int, room: int) -> None:
    """One case in full; with --json a case that would be refused is an error's document."""
    if one.refused is not None:
        tell(one.refused, output.as_json)
        return
    output.findings(one.row.findings)
    output.sentence(
        "cli.check-done" if reached == 0 else "cli.check-no-room",
        style="green" if reached == 0 else "bold red",
        number=one.row.case_number,
        files=one.files,
        size=bytes_for_people(one.size),
        needed=bytes_for_people(one.needed),
        free=bytes_for_people(room),
    )


def _document(one: Looked, reached: int, room: int) -> dict[str, Any]:
    refused = one.refused
    return {
        "sip": str(one.path),
        "ok": reached == 0,
        "status": reached,
        "kind": one.kind,
        "case_number": one.row.case_number,
        "title": one.row.title,
        "verdict": one.row.verdict,
        "due": one.row.due or None,
        "due_certain": one.row.certain,
        "message": say(refused.code, **refused.values) if refused else "",
        "files": one.files,
        "bytes": one.size,
        "needed": one.needed,
        "free": room,
        "findings": [finding_document(finding) for finding in one.row.findings],
    }
