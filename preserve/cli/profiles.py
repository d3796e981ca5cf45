"""`preserve profiles`: check, list and show the rules that are data."""

from __future__ import annotations

import click

from preserve.cli.failures import tell
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.services import profiles as room
from preserve.services.tables import profiles as tables


@click.group(cls=Group)
def profiles() -> None:
    """The rules as data."""


@profiles.command(name="check")
def check_profiles(output: Output) -> int:
    """Every mistake in every profile, with file and line; exit status 3 when there is one."""
    checked = output.call(room.check)
    for profile in () if output.as_json else checked.profiles:
        if profile.failure is not None:
            tell(profile.failure, False)
    if not checked.status:
        output.sentence("cli.profiles-good", style="green", count=len(checked.profiles))
    output.document(checked)
    return checked.status


@profiles.command(name="list")
def list_profiles(output: Output) -> None:
    """Each profile, what it is for, and whether the bureau's own one counts."""
    shown = output.call(room.list_profiles)
    output.tables(tables.list_profiles(shown))
    output.document(shown)


@profiles.command(name="show")
@click.argument("name", metavar="NAME")
def show_profile(output: Output, name: str) -> None:
    """One profile as it counts; of a type of case the documents as a table."""
    view = output.call(room.show, name)
    if view.documents:
        documents = tables.documents(view)
        output.table(documents.heads, documents.rows, documents.title)
    elif view.words:
        output.tables(tables.words(view))
    elif not output.as_json:
        click.echo(view.text, nl=False)
    output.document(view)
