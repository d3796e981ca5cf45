"""`preserve profiles`: check, list and show the rules that are data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.messages import listed, say
from preserve.services.documents import finding_document

if TYPE_CHECKING:
    from preserve.description.vocabulary import Vocabulary
    from preserve.ingest.rules.profile import CaseTypeProfile, RulesProfile, When


@click.group(cls=Group)
def profiles() -> None:
    """The rules as data."""


@profiles.command(name="check")
@click.pass_obj
def check_profiles(output: Output) -> int:
    """Every mistake in every profile, with file and line; exit status 3 when there is one."""
    from preserve.cli.failures import tell
    from preserve.ingest.known_profiles import check_all

    documents = []
    bad = 0
    for name, file, wrong in check_all(output.home().profiles):
        bad += wrong is not None
        if wrong is not None and not output.as_json:
            tell(wrong, False)
        documents.append(
            {
                "name": name,
                "file": str(file),
                "ok": wrong is None,
                "message": say(wrong.code, **wrong.values) if wrong else "",
                "findings": [finding_document(one) for one in wrong.findings] if wrong else [],
            }
        )
    if not bad:
        output.sentence("cli.profiles-good", style="green", count=len(documents))
    output.result({"ok": not bad, "status": 3 if bad else 0, "profiles": documents})
    return 3 if bad else 0


@profiles.command(name="list")
@click.pass_obj
def list_profiles(output: Output) -> None:
    """Each profile, what it is for, and whether the bureau's own one counts."""
    from preserve.ingest.known_profiles import all_names
    from preserve.profiles import SHIPPED, locate

    own = output.home().profiles
    rows = [(name, locate(name, own)) for name in all_names(own)]
    output.table(
        [
            say("words.heading-profile"),
            say("words.heading-purpose"),
            say("words.heading-origin"),
            say("words.heading-where"),
        ],
        [
            (
                name,
                _purpose(name),
                say("cli.profile-shipped" if SHIPPED in file.parents else "cli.profile-own"),
                str(file),
            )
            for name, file in rows
        ],
    )
    output.result(
        {
            "ok": True,
            "profiles": [{"name": name, "file": str(file), "own": SHIPPED not in file.parents} for name, file in rows],
        }
    )


def _purpose(name: str) -> str:
    from preserve.messages import known

    code = "cli.profile-for-cases" if name.startswith("cases/") else f"cli.profile-for-{name.removesuffix('.toml')}"
    return say(code) if known(code) else "—"


@profiles.command(name="show")
@click.argument("name", metavar="NAME")
@click.pass_obj
def show_profile(output: Output, name: str) -> None:
    """One profile as it counts; of a type of case the documents as a table."""
    from preserve.description.vocabulary import VocabularyProfile, read_vocabulary
    from preserve.ingest.known_profiles import model_of
    from preserve.ingest.rules.profile import CaseTypeProfile, read_rules
    from preserve.profiles import locate, read_profile

    own = output.home().profiles
    full = name if name.endswith(".toml") else name + ".toml"
    if "/" not in full and locate("cases/" + full, own).is_file():
        full = "cases/" + full
    words = read_vocabulary(own)
    profile = read_profile(full, model_of(full), own, {"vocabulary": words})
    output.result({"ok": True, "name": full, "profile": profile.model_dump(mode="json")})
    if output.as_json:
        return
    if isinstance(profile, CaseTypeProfile):
        _show_documents(output, profile, words)
    elif isinstance(profile, VocabularyProfile):
        _show_words(output, words, read_rules(own, words))
    else:
        click.echo(locate(full, own).read_text(encoding="utf-8"), nl=False)


def _show_documents(output: Output, profile: CaseTypeProfile, words: Vocabulary) -> None:
    from preserve.description.labels import label_of

    def condition(when: When) -> str:
        lists = (
            [label_of(one) for one in when.procedures],
            [words.label("measure", one) for one in when.measures],
            [words.label("incident", one) for one in when.incidents],
        )
        return "; ".join("/".join(one) for one in lists if one)

    output.table(
        [say(f"words.heading-{n}") for n in ("stage", "document", "required", "article", "severity", "words")],
        [
            (
                label_of(one.stage),
                one.name.spoken,
                say("cli.document-optional") if one.optional else condition(one.when) or say("cli.document-always"),
                one.article,
                say("cli.severity-" + one.severity),
                " ".join(one.words),
            )
            for one in profile.document
        ],
        title=profile.name.spoken,
    )


def _show_words(output: Output, words: Vocabulary, rules: RulesProfile) -> None:
    """Each word with what the rules make of it."""

    def asked(field: str, name: str) -> str:
        told = []
        if field == "measure" and name in rules.coverage.measures:
            told.append(say("cli.word-recorded", article=rules.coverage.article))
        if field == "measure" and name in rules.situational.measures:
            told.append(say("cli.word-recorded-situational", article=rules.situational.article))
        if field == "shows" and name in rules.contents.items:
            told.append(say("cli.word-shown", article=rules.contents.article))
        long_term = {"case_type": "case_types", "measure": "measures", "incident": "incidents"}.get(field)
        if long_term and name in getattr(rules.long_term, long_term):
            told.append(say("cli.word-long-term", article=rules.long_term.article))
        return listed(told) or "—"

    output.table(
        [say(f"words.heading-{n}") for n in ("field", "term", "chinese", "english", "also", "asked")],
        [
            (say(f"cli.word-{field}"), one.name, one.label.zh, one.label.en, " ".join(one.also), asked(field, one.name))
            for field in words.terms
            for one in words.terms[field]
        ],
    )
