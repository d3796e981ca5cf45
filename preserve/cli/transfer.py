"""`preserve transfer`: cases go to another archive; custody ends with the receipt."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from preserve.cli.acting import acting, record_look
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, IntoFolder
from preserve.messages import bytes_for_people, say

if TYPE_CHECKING:
    from preserve.access.transfer.model import Transfer

_DAY = click.DateTime(["%Y-%m-%d"])
_FORMS = ("eark", "bag", "eep")


@click.group(cls=Group)
def transfer() -> None:
    """Look after transfers to another archive."""


@transfer.command()
@click.argument("cases", nargs=-1, required=True, metavar="AIP")
@click.option("--archive", "receiving_archive", required=True, metavar="TEXT")
@click.option("--basis", "transfer_basis", required=True, metavar="TEXT")
@click.option("--form", "package_form", type=click.Choice(_FORMS), default="eark")
@click.pass_obj
def prepare(
    output: Output, cases: tuple[str, ...], receiving_archive: str, transfer_basis: str, package_form: str
) -> None:
    """Draw up a transfer."""
    from preserve.access.transfer.steps import prepare as prepare_it
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DELIVER)
    made = prepare_it(
        home,
        catalogue,
        person,
        cases,
        archive=receiving_archive,
        basis=transfer_basis,
        form=cast(Any, package_form),
        moment=now(),
    )
    _done(output, made, count=len(made.items))


@transfer.command()
@click.argument("number", metavar="TRANSFER")
@click.option("--reason", default="", metavar="TEXT")
@click.pass_obj
def approve(output: Output, number: str, reason: str) -> None:
    """The head approves; never who prepared it."""
    _decide(output, number, True, reason)


@transfer.command()
@click.argument("number", metavar="TRANSFER")
@click.option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def refuse(output: Output, number: str, reason: str) -> None:
    """The head does not approve, and says why."""
    _decide(output, number, False, reason)


def _decide(output: Output, number: str, yes: bool, reason: str) -> None:
    from preserve.access.transfer.steps import decide
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DECIDE, subject=number)
    _done(output, decide(home, catalogue, person, number, approve=yes, reason=reason, moment=now()))


@transfer.command(name="hand-over")
@click.argument("number", metavar="TRANSFER")
@click.option("--to", "handed_to", type=IntoFolder(), required=True, metavar="DIR")
@click.pass_obj
def hand_over(output: Output, number: str, handed_to: Path) -> None:
    """Write packages and list into a folder and read all of it back; the same call goes on after a stop."""
    from preserve.access.transfer.steps import hand_over as hand_it_over
    from preserve.administration.duties import Duty
    from preserve.cli.progress import Watcher, how_to_show
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.errors import Refused
    from preserve.progress import stoppable
    from preserve.work import hold

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DELIVER, subject=number)
    busy = Refused("transfer.busy", number)
    with (
        hold(home.work / "transfer.lock", busy),
        stoppable(),
        Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher,
    ):
        watcher.begin("cli.transferring")
        made = hand_it_over(home, catalogue, person, number, handed_to.absolute(), moment=now(), progress=watcher)
    assert made.handed_over is not None
    _done(output, made, place=made.handed_over.to, digest=made.handed_over.list_sha256)


@transfer.command()
@click.argument("number", metavar="TRANSFER")
@click.option("--receipt", type=InputPath(), required=True, metavar="FILE")
@click.option("--receipt-number", required=True, metavar="TEXT")
@click.option("--receiver", required=True, metavar="TEXT")
@click.option("--confirms", required=True, metavar="SHA256")
@click.option("--received", "receipt_date", type=_DAY, default=None)
@click.pass_obj
def receive(
    output: Output,
    number: str,
    receipt: Path,
    receipt_number: str,
    receiver: str,
    confirms: str,
    receipt_date: datetime | None,
) -> None:
    """File the receiving archive's receipt; with it custody ends."""
    from preserve.access.transfer.steps import receive as receive_it
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DELIVER, subject=number)
    made = receive_it(
        home,
        catalogue,
        person,
        number,
        receipt=receipt.absolute(),
        receipt_number=receipt_number,
        receiver=receiver,
        received=receipt_date.date() if receipt_date else None,
        confirms=confirms,
        moment=now(),
    )
    _done(output, made)


@transfer.command()
@click.argument("number", metavar="TRANSFER")
@click.option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def cancel(output: Output, number: str, reason: str) -> None:
    """Give a transfer up, or take back what was not accepted."""
    from preserve.access.transfer.steps import cancel as cancel_it
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DELIVER, subject=number)
    _done(output, cancel_it(home, catalogue, person, number, reason=reason, moment=now()))


def _done(output: Output, made: Transfer, **values: str | int) -> None:
    output.sentence(f"transfer.done-{made.state}", style="green", number=made.number, archive=made.archive, **values)
    output.result({"ok": True, "number": made.number, "state": made.state, "cases": list(made.cases), **values})


@transfer.command(name="list")
@click.option("--all", "any_state", is_flag=True)
@click.pass_obj
def list_transfers(output: Output, any_state: bool) -> None:
    """Transfers under way, or all."""
    from preserve.access.transfer.procedure import OPEN, TRANSFERS
    from preserve.administration.duties import Duty
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    acting(catalogue, Duty.SEE_REQUESTS)
    with catalogue.read() as connection:
        found = TRANSFERS.read_all(connection, home, () if any_state else OPEN)
    output.table(
        [say(f"transfer.head-{name}") for name in ("number", "state", "archive", "form", "cases", "prepared")],
        [
            (
                one.number,
                say(f"transfer.state-{one.state}"),
                one.archive,
                say(f"transfer.form-{one.form}"),
                str(len(one.items)),
                one.prepared,
            )
            for one in found
        ],
    )
    if not found and not output.as_json:
        output.sentence("cli.none-found")
    output.result(
        {
            "ok": True,
            "transfers": [
                {
                    "number": one.number,
                    "state": one.state,
                    "archive": one.archive,
                    "form": one.form,
                    "cases": list(one.cases),
                    "prepared": one.prepared,
                }
                for one in found
            ],
        }
    )


@transfer.command()
@click.argument("number", metavar="TRANSFER")
@click.pass_obj
def show(output: Output, number: str) -> None:
    """Everything about one transfer."""
    from preserve.access.transfer.procedure import TRANSFERS
    from preserve.administration.duties import Duty
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.SEE_REQUESTS, subject=number)
    with catalogue.read() as connection:
        found = TRANSFERS.read(connection, home, number)
    contents = person.may(Duty.FIND)
    record_look(catalogue, person, "transfer.viewed", number, cases=list(found.cases))
    document = found.model_dump(mode="json")
    if not contents:  # who may see deeds and no content sees no titles
        document["items"] = [{**one, "title": ""} for one in document["items"]]
    output.result({"ok": True, "transfer": document})
    if output.as_json:
        return
    rows = [
        (say("transfer.head-number"), found.number),
        (say("transfer.head-state"), say(f"transfer.state-{found.state}")),
        (say("transfer.head-archive"), found.archive),
        (say("transfer.head-basis"), found.basis),
        (say("transfer.head-form"), say(f"transfer.form-{found.form}")),
        (say("transfer.head-prepared"), f"{found.prepared_by} {found.prepared}"),
    ]
    if found.decision:
        rows.append(
            (say("transfer.head-decided"), f"{found.decision.by} {found.decision.when} {found.decision.reason}")
        )
    if (given := found.handed_over) is not None:
        rows += [
            (say("transfer.head-handed-over"), f"{given.by} {given.when} {given.to}"),
            (say("transfer.digest"), given.list_sha256),
        ]
    if (got := found.receipt) is not None:
        rows.append((say("transfer.head-receipt"), f"{got.number} {got.receiver} {got.received}"))
    if found.ended:
        rows.append((say("transfer.state-cancelled"), f"{found.ended.by} {found.ended.when} {found.ended.reason}"))
    output.table(["", ""], rows)
    output.table(
        [say(f"transfer.head-{name}") for name in ("case", "archival", "title", "files", "bytes")],
        [
            (
                one.case_number,
                one.archival_number or "—",
                one.title if contents else "—",
                str(one.files),
                bytes_for_people(one.size),
            )
            for one in found.items
        ],
    )
