"""`preserve disposal` (销毁): what an approved appraisal says goes, from the proposal to the tombstone."""

from __future__ import annotations

from pathlib import Path

import click

from preserve.cli.main import Group
from preserve.cli.output import Output, headings, say_older
from preserve.cli.outputs import IntoFolder
from preserve.messages import listed, say
from preserve.services import disposals
from preserve.services.disposals import DisposalView, Stepped


@click.group(cls=Group)
def disposal() -> None:
    """Destroy what was decided to be destroyed, and nothing else."""


@disposal.command()
@click.argument("number", metavar="REVIEW")
@click.option("--item", "items", type=int, multiple=True, metavar="N")
@click.option("--reason", default="", metavar="TEXT")
def propose(output: Output, number: str, items: tuple[int, ...], reason: str) -> None:
    """Propose what an approved appraisal says; makes the register (销毁清册)."""
    proposed = output.call(disposals.propose, number, items=items, reason=reason)
    output.findings(proposed.left_out)
    output.sentence(
        "cli.disposal-proposed",
        style="green",
        number=proposed.disposal.number,
        count=len(proposed.disposal.entries),
        register=str(proposed.register),
    )
    output.document(proposed)


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
@click.option("--note", default="", metavar="TEXT")
def supervise(output: Output, number: str, note: str) -> None:
    """Sign the register as one of two supervisors (监销人)."""
    done = output.call(disposals.supervise, number, note=note)
    _say(output, done, "cli.disposal-supervised", count=len(done.supervisors))


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
@click.option("--note", default="", metavar="TEXT")
def approve(output: Output, number: str, note: str) -> None:
    """The head approves; the pause before it may be carried out begins."""
    done = output.call(disposals.approve, number, note=note)
    _say(output, done, "cli.disposal-approved", day=done.not_before.isoformat())


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
@click.option("--reason", required=True, metavar="TEXT")
def withdraw(output: Output, number: str, reason: str) -> None:
    """Give a disposal up before it is carried out."""
    _say(output, output.call(disposals.withdraw, number, reason=reason), "cli.disposal-withdrawn")


def _say(output: Output, done: Stepped, code: str, **values: str | int) -> None:
    output.sentence(code, style="green", number=done.number, **values)
    output.document(done)


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
def execute(output: Output, number: str) -> int:
    """Carry it out, or go on; status 5 while something is still to be done, 3 where something stands against it."""
    done = output.work("cli.disposing", disposals.carry_out, number)
    output.findings(done.obstacles)
    output.table(
        _heads("package why medium place note"),
        [
            (task.name, say(f"disposal.task-{task.why}"), task.medium or "—", task.place or "—", task.detail or "—")
            for task in done.tasks
        ],
    )
    code, style = ("cli.disposal-open", "yellow") if done.status else ("cli.disposal-executed", "green")
    output.sentence(code, style=style, number=number, gone=done.gone, left=done.left)
    output.document(done)
    return done.status


def _heads(names: str) -> list[str]:
    return [say(f"disposal.head-{name}") for name in names.split()]


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
@click.option("--medium", "medium_name", required=True, metavar="LABEL")
@click.option("--how", "how_destroyed", required=True, metavar="TEXT")
def confirm(output: Output, number: str, medium_name: str, how_destroyed: str) -> None:
    """Say that a disc or drive was destroyed before your eyes; it takes two people."""
    done = output.call(disposals.confirm, number, medium_name, how=how_destroyed)
    _say(output, done, "cli.disposal-medium-gone" if done.gone else "cli.disposal-medium-half", medium=medium_name)


@disposal.command(name="list")
def list_disposals(output: Output) -> None:
    """Every disposal and where it stands."""
    listing = output.call(disposals.list_disposals)
    output.table(
        headings("disposal state time actor"),
        [(row.number, say(f"disposal.state-{row.state}"), row.opened, row.about) for row in listing.disposals],
    )
    if not listing.disposals:
        output.sentence("cli.none-found")
    say_older(output, listing.more)
    output.document(listing)


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
@click.option("--folder", "list_folder", type=IntoFolder(), default=None, metavar="DIR")
def show(output: Output, number: str, list_folder: Path | None) -> None:
    """A disposal as it stands, with its tombstones; --folder: the register as PDF/A."""
    view = output.call(disposals.show, number, folder=list_folder)
    output.table(["", ""], _rows(view))
    output.table(
        _heads("row case title reason remark"),
        [
            (str(entry.row), entry.item.case_number, entry.item.title, entry.reason or "—", entry.item.path or "—")
            for entry in view.disposal.entries
        ],
    )
    output.table(
        _heads("case package medium when worth"),
        [
            (tombstone.case_number, copy.name, copy.label, copy.when, say(f"disposal.worth-{copy.worth}"))
            for tombstone in view.tombstones
            for copy in tombstone.copies
        ],
    )
    output.document(view)


def _rows(view: DisposalView) -> list[tuple[str, str]]:
    disposal = view.disposal
    return [
        (say("words.heading-disposal"), disposal.number),
        (say("words.heading-state"), say(f"disposal.state-{disposal.state}")),
        (say("disposal.role-proposer"), disposal.proposed.by),
        (say("disposal.role-supervisor"), listed(signature.by for signature in disposal.supervisors) or "—"),
        (say("disposal.role-head"), disposal.approval.by if disposal.approval else "—"),
        (say("disposal.not-before"), str(disposal.not_before or "—")),
    ]
