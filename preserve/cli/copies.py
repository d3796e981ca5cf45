"""`preserve copies`, `replicate` and `restore`: what should exist and does; making what is missing; getting it back."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from preserve.cli.acting import acting
from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, IntoFolder
from preserve.messages import bytes_for_people, listed, say
from preserve.services.documents import finding_document
from preserve.services.failures import status_of

if TYPE_CHECKING:
    from preserve.archival_storage.replicate import Task


def say_task(task: Task) -> str:
    """What is to be done next, as a sentence."""
    kind = say(f"words.medium-{task.kind}") if task.kind else ""
    return say(f"cli.task-{task.act}", kind=kind, medium=task.medium, place=task.place or "—", name=task.name)


@click.command(cls=Command)
@click.argument("case", required=False, default="", metavar="[AIP]")
@click.pass_obj
def copies(output: Output, case: str) -> None:
    """What copies should exist, what do, and the next thing to do."""
    from preserve.archival_storage.policy import read_policy
    from preserve.archival_storage.replicate import overview
    from preserve.data_management import holdings
    from preserve.data_management.database import open_catalogue
    from preserve.errors import Refused

    home = output.home()
    with open_catalogue(home).read() as connection:
        found = overview(home, connection, read_policy(home.profiles), case)
        media = {row.id: row for row in holdings.all_media(connection)}
    if case and not found:
        raise Refused("cli.case-unknown", case)
    rows = []
    for one in found:
        wanted = listed(f"{say('words.medium-' + kind)} × {count}" for kind, count in one.wanted)
        there = listed(
            f"{media[c.medium].label if c.medium in media else c.medium}"
            + (f" {c.part}/{c.parts}" if c.parts > 1 else "")
            + f" ({say('words.copy-' + c.state)})"
            for c in one.copies
            if c.state != "retired"
        )
        todo = listed(say_task(task) for task in one.next)
        rows.append((one.case_number, wanted, there or "—", todo or say("cli.sealed-short")))
    output.table([say(f"words.heading-{n}") for n in ("number", "wanted", "copies", "next")], rows)
    open_ = sum(not one.standing.sealed for one in found)
    output.sentence("cli.copies-count", sealed=len(found) - open_, open=open_)
    output.result(
        {
            "ok": True,
            "cases": [
                {**asdict(one), "sealed": one.standing.sealed, "next": [_task(task) for task in one.next]}
                for one in found
            ],
        }
    )


def _task(task: Task) -> dict[str, Any]:
    return {**asdict(task), "message": say_task(task)}


@click.command(cls=Command)
@click.argument("case", required=False, default="", metavar="[AIP]")
@click.pass_obj
def replicate(output: Output, case: str) -> int:
    """Make the copies that are missing; exit status 5 when a medium failed."""
    from preserve.administration.duties import Duty
    from preserve.archival_storage.policy import read_policy
    from preserve.archival_storage.replicate import replicate as make
    from preserve.cli.progress import Watcher, how_to_show
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.progress import stoppable

    home = output.home()
    catalogue = open_catalogue(home)
    actor = acting(catalogue, Duty.KEEP).account
    with stoppable(), Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher:
        watcher.begin("cli.replicating")
        written, left, failed = make(
            home, catalogue, read_policy(home.profiles), only=case, actor=actor, now=now, progress=watcher
        )
    for one in written:
        output.sentence(
            "words.copy-made", style="green", name=one.name, medium=one.medium, size=bytes_for_people(one.size)
        )
    status = 0
    for name, medium, error in failed:
        values = dict(getattr(error, "values", {}))
        output.sentence(
            "words.copy-failed",
            style="bold red",
            name=name,
            medium=medium,
            reason=say(str(getattr(error, "code", "")), **values),
        )
        status = status or status_of(error)
    for task in left:
        output.sentence("cli.still-to-do", style="yellow", name=task.name, task=say_task(task))
    if not left and not failed:
        output.sentence("cli.all-copies-there", style="green")
    output.result(
        {
            "ok": not failed,
            "status": status,
            "written": [asdict(one) for one in written],
            "left": [_task(task) for task in left],
            "failed": [{"name": n, "medium": m, "error": str(e)} for n, m, e in failed],
        }
    )
    return status


@click.command(cls=Command)
@click.argument("case", required=False, default="", metavar="[AIP]")
@click.option("--from", "media", multiple=True, required=True, type=InputPath(), metavar="PATH")
@click.option("--to", type=IntoFolder(), default=None, metavar="DIR")
@click.option("--archive", is_flag=True)
@click.option("--request", "approved", default="", metavar="REQUEST")
@click.pass_obj
def restore(output: Output, case: str, media: tuple[Path, ...], to: Path | None, archive: bool, approved: str) -> None:
    """Get a package, or with --archive the whole archive, back from drives, discs or images."""
    from preserve.access.requests.whole_package import hand_out
    from preserve.administration.duties import Duty
    from preserve.administration.restoring import restore_package
    from preserve.administration.restoring_archive import restore_archive
    from preserve.archival_storage.discs.sources import open_source
    from preserve.cli.progress import Watcher, how_to_show
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.errors import UsageError
    from preserve.home import acting_person, default_path
    from preserve.progress import stoppable

    if archive == bool(case):
        raise UsageError("cli.restore-what")
    with stoppable(), Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher:
        watcher.begin("cli.restoring")
        sources = [open_source(path.absolute()) for path in media]
        if archive:
            path = (output.home_path or default_path()).absolute()
            report = restore_archive(path, sources, actor=acting_person(), now=now, progress=watcher)
            output.findings(report.findings)
            output.sentence(
                "cli.archive-restored",
                style="green",
                path=str(report.home.path),
                packages=report.packages,
                entries=report.entries,
            )
            output.sentence("cli.archive-former-key", fingerprint=report.former_key)
            output.result(
                {
                    "ok": True,
                    "home": str(report.home.path),
                    "packages": report.packages,
                    "entries": report.entries,
                    "former_key_sha256": report.former_key,
                    "findings": [finding_document(finding) for finding in report.findings],
                }
            )
            return
        home = output.home()
        catalogue = open_catalogue(home)
        if to is not None:
            person = acting(catalogue, Duty.DELIVER, subject=case)
            done = hand_out(
                home, catalogue, person, case, sources, to=to.absolute(), number=approved, now=now, progress=watcher
            )
        else:
            actor = acting(catalogue, Duty.KEEP).account
            done = restore_package(home, catalogue, case, sources, actor=actor, now=now, progress=watcher)
    output.sentence(
        "cli.restored", style="green", name=done.name, place=str(done.place), size=bytes_for_people(done.size)
    )
    output.result({"ok": True, "name": done.name, "place": str(done.place), "bytes": done.size})
