"""`preserve user`: accounts, roles, passwords, tokens, and who decides in the head's place."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from preserve.cli.acting import acting
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.messages import say
from preserve.services.documents import finding_document

if TYPE_CHECKING:
    from preserve.home import Home

_ROLES = ("depositor", "archivist", "examiner", "head", "auditor", "system-administrator", "security-administrator")


@click.group(cls=Group)
def user() -> None:
    """Look after people and what they may do."""


@user.command()
@click.argument("name", metavar="ACCOUNT")
@click.option("--person", required=True, metavar="TEXT")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(_ROLES))
@click.option("--os-user", default="", metavar="TEXT")
@click.pass_obj
def add(output: Output, name: str, person: str, roles: tuple[str, ...], os_user: str) -> None:
    """Make an account; its first password is shown once."""
    from preserve.administration.appointing import add_person
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    catalogue = open_catalogue(output.home())
    by = acting(catalogue, Duty.APPOINT, subject=name)
    password = add_person(catalogue, name, person=person, roles=roles, os_user=os_user, actor=by, moment=now())
    output.sentence("cli.user-added", style="green", account=name, person=person, password=password)
    output.result({"ok": True, "account": name, "password": password})


@user.command(name="list")
@click.pass_obj
def list_users(output: Output) -> None:
    """Accounts, and delegations that hold."""
    from dataclasses import asdict

    from preserve.administration.duties import Duty
    from preserve.clock import now, stamp
    from preserve.data_management import accounts
    from preserve.data_management.database import open_catalogue

    catalogue = open_catalogue(output.home())
    acting(catalogue, Duty.REPORT, Duty.APPOINT)
    with catalogue.read() as connection:
        rows = accounts.all_accounts(connection)
        held = [row for row in accounts.all_delegations(connection) if not row.ended and row.until > stamp(now())]
    output.table(
        [say(f"words.heading-{name}") for name in ("account", "person", "roles", "os-user", "state")],
        [
            (
                row.name,
                row.person,
                say("words.list-comma").join(say(f"people.role-{role}") for role in row.roles),
                row.os_user,
                say(f"people.state-{row.state}"),
            )
            for row in rows
        ],
    )
    if held:
        output.table(
            [say(f"words.heading-{name}") for name in ("head", "deputy", "since", "until", "reason")],
            [(row.head, row.deputy, row.since, row.until, row.reason) for row in held],
            title="\n" + say("cli.title-delegations"),
        )
    output.result({"ok": True, "accounts": [asdict(row) for row in rows], "delegations": [asdict(row) for row in held]})


@user.command()
@click.argument("name", metavar="ACCOUNT")
@click.option("--role", "roles", multiple=True, type=click.Choice(_ROLES))
@click.option("--os-user", default=None, metavar="TEXT")
@click.option("--suspend", "state", flag_value="suspended", default="")
@click.option("--resume", "state", flag_value="active")
@click.pass_obj
def change(output: Output, name: str, roles: tuple[str, ...], os_user: str | None, state: str) -> None:
    """Other roles, another user of the system; out for a time, and in again."""
    from preserve.administration.appointing import change_person
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    catalogue = open_catalogue(output.home())
    by = acting(catalogue, Duty.APPOINT, subject=name)
    change_person(catalogue, name, roles=roles or None, os_user=os_user, state=state, actor=by, moment=now())
    output.sentence("cli.user-changed", style="green", account=name)
    output.result({"ok": True, "account": name})


@user.command(name="reset")
@click.argument("name", metavar="ACCOUNT")
@click.pass_obj
def reset(output: Output, name: str) -> None:
    """A new first password for somebody who has lost theirs."""
    from preserve.administration.duties import Duty
    from preserve.administration.passwords import reset_password
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    catalogue = open_catalogue(output.home())
    by = acting(catalogue, Duty.APPOINT, subject=name)
    password = reset_password(catalogue, name, actor=by, moment=now())
    output.sentence("cli.user-reset-done", style="green", account=name, password=password)
    output.result({"ok": True, "account": name, "password": password})


@user.command()
@click.argument("name", metavar="ACCOUNT")
@click.pass_obj
def password(output: Output, name: str) -> None:
    """Change one's own password; the old one and the new one are asked for, or read from stdin, a line each."""
    from preserve.administration.passwords import set_password
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    catalogue = open_catalogue(output.home())
    set_password(catalogue, name, ask("cli.ask-password-old"), ask("cli.ask-password-new"), now())
    output.sentence("cli.password-changed", style="green", account=name)
    output.result({"ok": True, "account": name})


@user.command()
@click.argument("name", metavar="ACCOUNT")
@click.pass_obj
def login(output: Output, name: str) -> None:
    """A token for PRESERVE_TOKEN; the password is asked for, or read from stdin."""
    from preserve.administration.news import news
    from preserve.administration.passwords import log_in
    from preserve.clock import now, stamp
    from preserve.data_management.database import open_catalogue

    catalogue = open_catalogue(output.home())
    token, expires = log_in(catalogue, name, ask("cli.ask-password"), now())
    with catalogue.read() as connection:
        told = news(connection, name, now())
    output.findings(told)
    output.sentence("cli.logged-in", until=stamp(expires))
    if not output.as_json:
        sys.stdout.write(token + "\n")
    output.result(
        {
            "ok": True,
            "account": name,
            "token": token,
            "expires": stamp(expires),
            "findings": [finding_document(one) for one in told],
        }
    )


@user.command()
@click.pass_obj
def logout(output: Output) -> None:
    """End every token of the acting account."""
    from preserve.administration.passwords import log_out
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    catalogue = open_catalogue(output.home())
    person = acting(catalogue)
    log_out(catalogue, person.account, now())
    output.sentence("cli.logged-out", account=person.account)
    output.result({"ok": True, "account": person.account})


@user.command()
@click.argument("deputy", metavar="ACCOUNT")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), default=None)
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True)
@click.option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def delegate(output: Output, deputy: str, since: datetime | None, until: datetime, reason: str) -> None:
    """Let somebody decide in one's place, through the whole of the last day."""
    from preserve.administration import appointing
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    by = acting(catalogue, Duty.DELEGATE, subject=deputy)
    moment = now()
    begin = _midnight(home, since) if since else moment
    made = appointing.delegate(
        catalogue,
        deputy,
        since=begin,
        until=_midnight(home, until) + timedelta(days=1),
        reason=reason,
        actor=by,
        moment=moment,
    )
    output.sentence("cli.delegated", style="green", deputy=deputy, since=made.since, until=made.until)
    output.result({"ok": True, "delegation": made.id, "deputy": deputy, "since": made.since, "until": made.until})


@user.command(name="end-delegation")
@click.argument("deputy", metavar="ACCOUNT")
@click.pass_obj
def end_delegation(output: Output, deputy: str) -> None:
    """Decide oneself again before the time."""
    from preserve.administration.appointing import end_delegations
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    catalogue = open_catalogue(output.home())
    by = acting(catalogue, Duty.DELEGATE, subject=deputy)
    end_delegations(catalogue, deputy, actor=by, moment=now())
    output.sentence("cli.delegation-ended", style="green", deputy=deputy)
    output.result({"ok": True, "deputy": deputy})


def _midnight(home: Home, day: datetime) -> datetime:
    here = datetime.combine(day.date(), time(), ZoneInfo(home.settings.time_zone))
    return here.astimezone(UTC)


def ask(code: str) -> str:
    """A password: hidden where a person types it, a line of stdin otherwise."""
    if sys.stdin.isatty():
        import getpass

        return getpass.getpass(say(code) + " ")
    return sys.stdin.readline().rstrip("\r\n")
