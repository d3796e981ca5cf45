"""`preserve user`: accounts, roles, passwords, tokens, and who decides in the head's place."""

from __future__ import annotations

import getpass
import sys
from datetime import datetime

import click

from preserve.cli.main import Group
from preserve.cli.output import Output, headings
from preserve.messages import say
from preserve.services import people

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group(cls=Group)
def user() -> None:
    """Look after people and what they may do."""


@user.command()
@click.argument("name", metavar="ACCOUNT")
@click.option("--person", required=True, metavar="TEXT")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(people.ROLES))
@click.option("--os-user", default="", metavar="TEXT")
def add(output: Output, name: str, person: str, roles: tuple[str, ...], os_user: str) -> None:
    """Make an account; its first password is shown once."""
    added = output.call(people.add, name, person=person, roles=roles, os_user=os_user)
    output.sentence("cli.user-added", style="green", account=name, person=person, password=added.password)
    output.document(added)


@user.command(name="list")
def list_users(output: Output) -> None:
    """Accounts, and delegations that hold."""
    known = output.call(people.list_people)
    output.table(
        headings("account person roles os-user state"),
        [
            (
                row.name,
                row.person,
                say("words.list-comma").join(say(f"people.role-{role}") for role in row.roles),
                row.os_user,
                say(f"people.state-{row.state}"),
            )
            for row in known.accounts
        ],
    )
    if known.delegations:
        output.table(
            headings("head deputy since until reason"),
            [(row.head, row.deputy, row.since, row.until, row.reason) for row in known.delegations],
            title="\n" + say("cli.title-delegations"),
        )
    output.document(known)


@user.command()
@click.argument("name", metavar="ACCOUNT")
@click.option("--role", "roles", multiple=True, type=click.Choice(people.ROLES))
@click.option("--os-user", default=None, metavar="TEXT")
@click.option("--suspend", "state", flag_value="suspended", default="")
@click.option("--resume", "state", flag_value="active")
def change(output: Output, name: str, roles: tuple[str, ...], os_user: str | None, state: people.State) -> None:
    """Other roles, another user of the system; out for a time, and in again."""
    changed = output.call(people.change, name, roles=roles, os_user=os_user, state=state)
    output.sentence("cli.user-changed", style="green", account=name)
    output.document(changed)


@user.command()
@click.argument("name", metavar="ACCOUNT")
def reset(output: Output, name: str) -> None:
    """A new first password for somebody who has lost theirs."""
    renewed = output.call(people.reset, name)
    output.sentence("cli.user-reset-done", style="green", account=name, password=renewed.password)
    output.document(renewed)


@user.command()
@click.argument("name", metavar="ACCOUNT")
def password(output: Output, name: str) -> None:
    """Change one's own password; the old one and the new one are asked for, or read from stdin, a line each."""
    changed = output.call(people.set_password, name, ask("cli.ask-password-old"), ask("cli.ask-password-new"))
    output.sentence("cli.password-changed", style="green", account=name)
    output.document(changed)


@user.command()
@click.argument("name", metavar="ACCOUNT")
def login(output: Output, name: str) -> None:
    """A token for PRESERVE_TOKEN; the password is asked for, or read from stdin."""
    entered = output.call(people.log_in, name, ask("cli.ask-password"))
    output.findings(entered.findings)
    output.sentence("cli.logged-in", until=entered.expires)
    if not output.as_json:
        sys.stdout.write(entered.token + "\n")
    output.document(entered)


@user.command()
def logout(output: Output) -> None:
    """End every token of the acting account."""
    left = output.call(people.log_out)
    output.sentence("cli.logged-out", account=left.account)
    output.document(left)


@user.command()
@click.argument("deputy", metavar="ACCOUNT")
@click.option("--from", "since", type=_DAY, default=None)
@click.option("--until", type=_DAY, required=True)
@click.option("--reason", required=True, metavar="TEXT")
def delegate(output: Output, deputy: str, since: datetime | None, until: datetime, reason: str) -> None:
    """Let somebody decide in one's place, through the whole of the last day."""
    begin = since.date() if since else None
    delegated = output.call(people.delegate, deputy, since=begin, until=until.date(), reason=reason)
    output.sentence("cli.delegated", style="green", deputy=deputy, since=delegated.since, until=delegated.until)
    output.document(delegated)


@user.command(name="end-delegation")
@click.argument("deputy", metavar="ACCOUNT")
def end_delegation(output: Output, deputy: str) -> None:
    """Decide oneself again before the time."""
    ended = output.call(people.end_delegation, deputy)
    output.sentence("cli.delegation-ended", style="green", deputy=deputy)
    output.document(ended)


def ask(code: str) -> str:
    """A password: hidden where a person types it, a line of stdin otherwise."""
    if sys.stdin.isatty():
        return getpass.getpass(say(code) + " ")
    return sys.stdin.readline().rstrip("\r\n")
