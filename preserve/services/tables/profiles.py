"""The rules that are data as tables: all of them, the documents of a type of case, the words of the vocabulary."""

from __future__ import annotations

from preserve.messages import known, listed, say
from preserve.services.profiles import ProfileList, ProfileView
from preserve.services.tables import NOTHING, Table, table


def list_profiles(shown: ProfileList) -> Table:
    """Each profile, what it is for, and whether the bureau's own one counts."""
    return table(
        "profile purpose origin where",
        (
            (row.name, _purpose(row.name), say(f"cli.profile-{'own' if row.own else 'shipped'}"), str(row.file))
            for row in shown.profiles
        ),
    )


def _purpose(name: str) -> str:
    code = "cli.profile-for-cases" if name.startswith("cases/") else f"cli.profile-for-{name.removesuffix('.toml')}"
    return say(code) if known(code) else NOTHING


def documents(view: ProfileView) -> Table:
    """The documents that a type of case asks for."""
    return table(
        "stage document required article severity words",
        (
            (
                row.stage,
                row.name,
                say("cli.document-optional") if row.optional else row.condition or say("cli.document-always"),
                row.article,
                say(f"cli.severity-{row.severity}"),
                " ".join(row.words),
            )
            for row in view.documents
        ),
        title=view.title,
    )


def words(view: ProfileView) -> Table:
    """The words of the vocabulary, and what the rules make of each."""
    return table(
        "field term chinese english also asked",
        (
            (
                say(f"cli.word-{row.field}"),
                row.name,
                row.zh,
                row.en,
                " ".join(row.also),
                listed(sentence.said() for sentence in row.asked) or NOTHING,
            )
            for row in view.words
        ),
    )
