"""`preserve disposal` (销毁): what an approved appraisal says goes, from the proposal to the tombstone."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preserve.cli.acting import acting, record_look
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.cli.outputs import IntoFolder
from preserve.messages import listed, say
from preserve.services.documents import finding_document

if TYPE_CHECKING:
    from preserve.administration.disposal.executing import Report
    from preserve.administration.disposal.removal import Task


@click.group(cls=Group)
def disposal() -> None:
    """Destroy what was decided to be destroyed, and nothing else."""


@disposal.command()
@click.argument("number", metavar="REVIEW")
@click.option("--item", "items", type=int, multiple=True, metavar="N")
@click.option("--reason", default="", metavar="TEXT")
@click.pass_obj
def propose(output: Output, number: str, items: tuple[int, ...], reason: str) -> None:
    """Propose what an approved appraisal says; makes the register (销毁清册)."""
    from preserve.administration.disposal.steps import DISPOSALS
    from preserve.administration.disposal.steps import propose as propose_it
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DISPOSE, subject=number)
    made, left_out = propose_it(home, catalogue, person, number, rows=items, reason=reason, moment=now())
    output.findings(left_out)
    register = DISPOSALS.folder_of(home, made.number) / "register-proposed.pdf"
    output.sentence(
        "cli.disposal-proposed", style="green", number=made.number, count=len(made.entries), register=str(register)
    )
    output.result(
        {
            "ok": True,
            "disposal": made.model_dump(mode="json"),
            "register": str(register),
            "left_out": [finding_document(one) for one in left_out],
        }
    )


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
@click.option("--note", default="", metavar="TEXT")
@click.pass_obj
def supervise(output: Output, number: str, note: str) -> None:
    """Sign the register as one of two supervisors (监销人)."""
    from preserve.administration.disposal.steps import supervise as supervise_it
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.SUPERVISE, subject=number)
    done = supervise_it(home, catalogue, person, number, note=note, moment=now())
    output.sentence("cli.disposal-supervised", style="green", number=number, count=len(done.supervisors))
    output.result(
        {"ok": True, "number": number, "state": done.state, "supervisors": [one.by for one in done.supervisors]}
    )


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
@click.option("--note", default="", metavar="TEXT")
@click.pass_obj
def approve(output: Output, number: str, note: str) -> None:
    """The head approves; the pause before it may be carried out begins."""
    from preserve.administration.disposal.steps import approve as approve_it
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DECIDE, subject=number)
    done = approve_it(home, catalogue, person, number, note=note, moment=now())
    output.sentence("cli.disposal-approved", style="green", number=number, day=str(done.not_before))
    output.result({"ok": True, "number": number, "state": done.state, "not_before": str(done.not_before)})


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
@click.option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def withdraw(output: Output, number: str, reason: str) -> None:
    """Give a disposal up before it is carried out."""
    from preserve.administration.disposal.steps import withdraw as withdraw_it
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DISPOSE, Duty.SUPERVISE, Duty.DECIDE, subject=number)
    done = withdraw_it(home, catalogue, person, number, reason=reason, moment=now())
    output.sentence("cli.disposal-withdrawn", style="green", number=number)
    output.result({"ok": True, "number": number, "state": done.state})


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
@click.pass_obj
def execute(output: Output, number: str) -> int:
    """Carry it out, or go on; status 5 while something is still to be done, 3 where something stands against it."""
    from preserve.administration.disposal.executing import execute as carry_out
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DISPOSE, subject=number)
    report = carry_out(home, catalogue, person, number, now=now)
    return _tell(output, report)


def _tell(output: Output, report: Report) -> int:
    against = [one for outcome in report.outcomes for one in outcome.against]
    tasks = [task for outcome in report.outcomes for task in outcome.tasks]
    output.findings(against)
    output.table(
        [say(f"disposal.head-{name}") for name in ("package", "why", "medium", "place", "note")],
        [_task(task) for task in tasks],
    )
    gone = sum(outcome.gone for outcome in report.outcomes)
    code = "cli.disposal-executed" if report.done else "cli.disposal-open"
    output.sentence(
        code,
        style="green" if report.done else "yellow",
        number=report.disposal.number,
        gone=gone,
        left=len(report.outcomes) - gone,
    )
    status = 0 if report.done else 3 if against and not tasks else 5
    output.result(
        {
            "ok": report.done,
            "status": status,
            "number": report.disposal.number,
            "state": report.disposal.state,
            "gone": gone,
            "tasks": [asdict(task) for task in tasks],
            "against": [finding_document(one) for one in against],
        }
    )
    return status


def _task(task: Task) -> tuple[str, str, str, str, str]:
    return (task.name, say(f"disposal.task-{task.why}"), task.medium or "—", task.place or "—", task.detail or "—")


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
@click.option("--medium", "medium_name", required=True, metavar="LABEL")
@click.option("--how", "how_destroyed", required=True, metavar="TEXT")
@click.pass_obj
def confirm(output: Output, number: str, medium_name: str, how_destroyed: str) -> None:
    """Say that a disc or drive was destroyed before your eyes; it takes two people."""
    from preserve.administration.disposal.media_destruction import confirm as confirm_it
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.SUPERVISE, subject=number)
    done, gone = confirm_it(home, catalogue, person, number, medium_name, how=how_destroyed, moment=now())
    code = "cli.disposal-medium-gone" if gone else "cli.disposal-medium-half"
    output.sentence(code, style="green", number=number, medium=medium_name)
    output.result({"ok": True, "number": number, "state": done.state, "medium": medium_name, "gone": gone})


@disposal.command(name="list")
@click.pass_obj
def list_disposals(output: Output) -> None:
    """Every disposal and where it stands."""
    from preserve.administration.duties import Duty
    from preserve.data_management import proceedings
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    acting(catalogue, Duty.FIND, Duty.REPORT)
    with catalogue.read() as connection:
        rows = proceedings.rows(connection, "disposal")
    output.table(
        [say(f"words.heading-{name}") for name in ("disposal", "state", "time", "actor")],
        [(row.number, say(f"disposal.state-{row.state}"), row.opened, row.about) for row in rows],
    )
    if not rows:
        output.sentence("cli.none-found")
    output.result({"ok": True, "disposals": [asdict(row) for row in rows]})


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
@click.option("--folder", "list_folder", type=IntoFolder(), default=None, metavar="DIR")
@click.pass_obj
def show(output: Output, number: str, list_folder: Path | None) -> None:
    """A disposal as it stands, with its tombstones; --folder: the register as PDF/A."""
    from preserve.administration.disposal.executing import stones_of
    from preserve.administration.disposal.register import as_paper
    from preserve.administration.disposal.steps import DISPOSALS
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.outputs import write_new

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.FIND, subject=number)
    with catalogue.read() as connection:
        found = DISPOSALS.read(connection, home, number)
        stones = stones_of(home, connection, found)
    record_look(catalogue, person, "disposal-record.viewed", number, items=len(found.entries))
    files = []
    if list_folder is not None:
        target = list_folder.absolute() / f"{number}.pdf"
        write_new(target, as_paper(home, found, now(), stones), home)
        files.append(str(target))
    hands = listed(one.by for one in found.supervisors)
    output.table(
        ["", ""],
        [
            (say("words.heading-disposal"), found.number),
            (say("words.heading-state"), say(f"disposal.state-{found.state}")),
            (say("disposal.role-proposer"), found.proposed.by),
            (say("disposal.role-supervisor"), hands or "—"),
            (say("disposal.role-head"), found.approval.by if found.approval else "—"),
            (say("disposal.not-before"), str(found.not_before or "—")),
        ],
    )
    output.table(
        [say(f"disposal.head-{name}") for name in ("row", "case", "title", "reason", "remark")],
        [
            (str(one.row), one.item.case_number, one.item.title, one.reason or "—", one.item.path or "—")
            for one in found.entries
        ],
    )
    output.table(
        [say(f"disposal.head-{name}") for name in ("case", "package", "medium", "when", "worth")],
        [
            (stone.case_number, copy.name, copy.label, copy.when, say(f"disposal.worth-{copy.worth}"))
            for stone in stones
            for copy in stone.copies
        ],
    )
    output.result(
        {
            "ok": True,
            "disposal": found.model_dump(mode="json"),
            "files": files,
            "tombstones": [one.model_dump(mode="json") for one in stones],
        }
    )
