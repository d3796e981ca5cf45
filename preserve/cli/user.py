"""`preserve user`: accounts, roles, passwords, tokens, and who decides in the head's place."""

from __future__ import annotations

import getpass
import sys
from typing import Any

import click

from preserve.cli.choices import Labelled
from preserve.cli.main import Group
from preserve.cli.options import day_option
from preserve.cli.output import Output
from preserve.errors import NotPermitted
from preserve.messages import say
from preserve.services import kept_session, people
from preserve.services.tables import people as tables

_ALSO = {
    "审核员": "examiner",
    "档案管理员": "archivist",
    "负责人": "head",
    "局长": "head",
    "审计": "auditor",
    "归档人": "depositor",
    "办案人员": "depositor",
}
_ROLE = Labelled(people.ROLES, lambda role: say(f"people.role-{role}"), _ALSO)


@click.group(cls=Group)
def user() -> None:
    """Look after people and what they may do."""


@user.command()
@click.argument("account", metavar="ACCOUNT")
@click.option("--person", required=True, metavar="TEXT")
@click.option("--role", "roles", multiple=True, required=True, type=_ROLE)
@click.option("--os-user", default="", metavar="TEXT")
def add(output: Output, account: str, person: str, **options: Any) -> None:
    """Make an account; its first password is shown once."""
    added = output.call(people.add, account, person=person, **options)
    output.done("cli.user-added", added, account=account, person=person, password=added.password)


@user.command(name="list")
def list_users(output: Output) -> None:
    """Accounts, and delegations that hold."""
    known = output.call(people.list_people)
    output.tables(*tables.people(known))
    output.document(known)


@user.command()
@click.argument("account", metavar="ACCOUNT")
@click.option("--role", "roles", multiple=True, type=_ROLE)
@click.option("--os-user", default=None, metavar="TEXT")
@click.option("--suspend", "state", flag_value="suspended", default="")
@click.option("--resume", "state", flag_value="active")
def change(output: Output, account: str, **options: Any) -> None:
    """Other roles, another user of the system; out for a time, and in again."""
    output.done("cli.user-changed", output.call(people.change, account, **options), account=account)


@user.command()
@click.argument("account", metavar="ACCOUNT")
def reset(output: Output, account: str) -> None:
    """A new first password for somebody who has lost theirs."""
    renewed = output.call(people.reset, account)
    output.done("cli.user-reset-done", renewed, account=account, password=renewed.password)


@user.command()
@click.argument("account", metavar="ACCOUNT")
def password(output: Output, account: str) -> None:
    """Change one's own password; the old one and the new one are asked for, or read from stdin, a line each."""
    changed = output.call(people.set_password, account, ask("cli.ask-password-old"), ask("cli.ask-password-new"))
    output.done("cli.password-changed", changed, account=account)


@user.command()
@click.argument("account", metavar="ACCOUNT")
@click.option("--code", default="", metavar="TEXT")
def login(output: Output, account: str, code: str) -> None:
    """Keep a session for the next commands; the password is asked for, or read from stdin.

    With --json nothing is kept: a program gets the token, for PRESERVE_TOKEN. Whoever reads stdout gets it as well.
    """
    entered = output.call(people.log_in, account, ask("cli.ask-password"), code=code)
    output.findings(entered.findings)
    kept = not output.as_json and people.keep_login(output.session(), entered)
    output.done("cli.logged-in-kept" if kept else "cli.logged-in", entered, style="", until=entered.expires)
    if not output.as_json and not (kept and sys.stdout.isatty()):
        sys.stdout.write(entered.token + "\n")


@user.command()
def logout(output: Output) -> None:
    """End every token of the acting account, and the session that was kept."""
    try:
        left = output.call(people.log_out)
    except NotPermitted:
        if not kept_session.forget(output.home_path):
            raise
        output.sentence("cli.session-forgotten")
        output.document(None)
        return
    kept_session.forget(output.home_path)
    output.done("cli.logged-out", left, style="", account=left.account)


@user.command()
def whoami(output: Output) -> None:
    """Who acts, what they may do, and until when."""
    acting = output.call(people.who_am_i)
    output.tables(tables.who(acting))
    output.document(acting)


@user.command()
@click.argument("deputy", metavar="ACCOUNT")
@day_option("--from", "since")
@day_option("--until", required=True)
@click.option("--reason", required=True, metavar="TEXT")
def delegate(output: Output, deputy: str, **options: Any) -> None:
    """Let somebody decide in one's place, through the whole of the last day."""
    delegated = output.call(people.delegate, deputy, **options)
    output.done("cli.delegated", delegated, deputy=deputy, since=delegated.since, until=delegated.until)


@user.command(name="end-delegation")
@click.argument("deputy", metavar="ACCOUNT")
def end_delegation(output: Output, deputy: str) -> None:
    """Decide oneself again before the time."""
    output.done("cli.delegation-ended", output.call(people.end_delegation, deputy), deputy=deputy)


def ask(code: str) -> str:
    """A password: hidden where a person types it, a line of stdin otherwise."""
    if sys.stdin.isatty():
        return getpass.getpass(say(code) + " ")
    return sys.stdin.readline().rstrip("\r\n")
