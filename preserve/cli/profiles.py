"""`preserve profiles`: check, list and show the rules that are data."""

from __future__ import annotations

import click

from preserve.cli.failures import tell
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.messages import known, listed, say
from preserve.services import profiles as room


@click.group(cls=Group)
def profiles() -> None:
    """The rules as data."""


def _heads(*names: str) -> list[str]:
    return [say(f"words.heading-{name}") for name in names]


@profiles.command(name="check")
def check_profiles(output: Output) -> int:
    """Every mistake in every profile, with file and line; exit status 3 when there is one."""
    checked = output.call(room.check)
    for profile in checked.profiles:
        if profile.failure is not None and not output.as_json:
            tell(profile.failure, False)
    if not checked.status:
        output.sentence("cli.profiles-good", style="green", count=len(checked.profiles))
    output.document(checked)
    return checked.status


@profiles.command(name="list")
def list_profiles(output: Output) -> None:
    """Each profile, what it is for, and whether the bureau's own one counts."""
    shown = output.call(room.list_profiles)
    output.table(
        _heads("profile", "purpose", "origin", "where"),
        [
            (row.name, _purpose(row.name), say(f"cli.profile-{'own' if row.own else 'shipped'}"), str(row.file))
            for row in shown.profiles
        ],
    )
    output.document(shown)


def _purpose(name: str) -> str:
    code = "cli.profile-for-cases" if name.startswith("cases/") else f"cli.profile-for-{name.removesuffix('.toml')}"
    return say(code) if known(code) else "—"


@profiles.command(name="show")
@click.argument("name", metavar="NAME")
def show_profile(output: Output, name: str) -> None:
    """One profile as it counts; of a type of case the documents as a table."""
    view = output.call(room.show, name)
    output.document(view)
    if view.documents:
        output.table(
            _heads("stage", "document", "required", "article", "severity", "words"),
            [
                (
                    row.stage,
                    row.name,
                    say("cli.document-optional") if row.optional else row.condition or say("cli.document-always"),
                    row.article,
                    say(f"cli.severity-{row.severity}"),
                    " ".join(row.words),
                )
                for row in view.documents
            ],
            title=view.title,
        )
    elif view.words:
        output.table(
            _heads("field", "term", "chinese", "english", "also", "asked"),
            [
                (
                    say(f"cli.word-{row.field}"),
                    row.name,
                    row.zh,
                    row.en,
                    " ".join(row.also),
                    listed(sentence.said() for sentence in row.asked) or "—",
                )
                for row in view.words
            ],
        )
    elif not output.as_json:
        click.echo(view.text, nl=False)
