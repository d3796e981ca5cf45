"""`preserve repair`: remakes damaged copies from what can be proven; lets their old bytes go when a person says so."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from preserve.cli.acting import acting
from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath
from preserve.messages import bytes_for_people, listed


@click.command(cls=Command)
@click.argument("case", required=False, default="", metavar="[AIP]")
@click.option("--from", "media", multiple=True, type=InputPath(), metavar="PATH")
@click.option("--release", is_flag=True)
@click.option("--reason", default="", metavar="TEXT")
@click.pass_obj
def repair(output: Output, case: str, media: tuple[Path, ...], release: bool, reason: str) -> int:
    """Remake damaged copies from what can be proven; exit status 4 when files are lost."""
    from preserve.administration.duties import Duty
    from preserve.archival_storage.packages import read_version
    from preserve.archival_storage.quarantine import release as let_go
    from preserve.archival_storage.repair import damaged_copies, repair_copy
    from preserve.cli.failures import tell
    from preserve.cli.progress import Watcher, how_to_show
    from preserve.clock import now
    from preserve.data_management.cases import find_case
    from preserve.data_management.database import open_catalogue
    from preserve.errors import PreserveError, UsageError
    from preserve.progress import stoppable
    from preserve.services.failures import status_of
    from storage_adapters.errors import StorageError

    home = output.home()
    catalogue = open_catalogue(home)
    actor = acting(catalogue, Duty.KEEP).account
    objid = name = ""
    if case:
        with catalogue.read() as connection:
            version = read_version(connection, find_case(connection, case) or case)
        objid, name = version.objid, version.name
    if release:
        if not name or not reason:
            raise UsageError("repair.release-what")
        gone = let_go(home, catalogue, name, reason=reason, actor=actor, now=now)
        output.sentence("repair.released", style="green", name=name, size=bytes_for_people(sum(o.size for o in gone)))
        output.result({"ok": True, "released": [one.path.name for one in gone]})
        return 0
    found = damaged_copies(home, catalogue, objid)
    results: list[dict[str, Any]] = []
    status = 0
    with stoppable(), Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher:
        watcher.begin("cli.repairing")
        for row, medium in found:
            try:
                done = repair_copy(home, catalogue, row, medium, given=media, actor=actor, now=now, progress=watcher)
            except (PreserveError, StorageError) as error:
                status = status or (status_of(error) if output.as_json else tell(error, False))
                results.append({"name": row.name, "medium": medium.label, "done": False, "error": str(error)})
                continue
            results.append(asdict(done))
            if done.done:
                places = listed(f"{place} × {count}" for place, count in done.taken.items())
                output.sentence(
                    "repair.done",
                    style="green",
                    name=done.name,
                    medium=done.medium,
                    places=places,
                    quarantine=done.quarantine or "—",
                )
            else:
                status = 4
                output.sentence(
                    "repair.lost",
                    style="bold red",
                    name=done.name,
                    medium=done.medium,
                    count=len(done.lost),
                    files=listed(done.lost[:20]),
                )
    if not found:
        output.sentence("repair.nothing", style="green")
    output.result({"ok": status == 0, "status": status, "repairs": results})
    return status
