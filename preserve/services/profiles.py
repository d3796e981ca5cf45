"""The rules that are data: checked, listed, and shown as they count, the bureau's own or the shipped ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from preserve.description.labels import label_of
from preserve.description.vocabulary import Vocabulary, VocabularyProfile, read_vocabulary
from preserve.ingest.rules.profile import CaseTypeProfile, RulesProfile, When, read_rules
from preserve.profiles import SHIPPED, locate, read_profile
from preserve.services.documents import FindingShown, Sentence, SentenceShown
from preserve.services.failures import Failure, failure_of
from preserve.services.known_profiles import all_names, check_all, model_of
from preserve.services.operation import query
from preserve.services.session import Session

_RULES = "the rules are the regulation's and the bureau's own words: nothing of any case stands in them"
# Shown to people, and no part of the document.
_Hidden = Field(exclude=True)


@dataclass(frozen=True, slots=True)
class CheckedProfile:
    """One profile, the file that counts, and every mistake in it."""

    name: str
    file: Path
    ok: bool
    message: SentenceShown
    findings: tuple[FindingShown, ...]
    failure: Annotated[Failure | None, _Hidden]


@dataclass(frozen=True, slots=True)
class CheckedProfiles:
    """All profiles; status 3 where there is a mistake in one."""

    status: int
    profiles: tuple[CheckedProfile, ...]


@query("profiles.check", needs="home", open_to_all=_RULES)
def check(session: Session) -> CheckedProfiles:
    """Every mistake in every profile, with file and line."""
    checked = []
    for name, file, refusal in check_all(session.home.profiles):
        failure = failure_of(refusal) if refusal is not None else None
        message = Sentence(failure.code, failure.told()) if failure else Sentence()
        findings = failure.findings if failure else ()
        checked.append(CheckedProfile(name, file, failure is None, message, findings, failure))
    return CheckedProfiles(0 if all(profile.ok for profile in checked) else 3, tuple(checked))


@dataclass(frozen=True, slots=True)
class ListedProfile:
    """One profile, the file that counts, and whether that is the bureau's own."""

    name: str
    file: Path
    own: bool


@dataclass(frozen=True, slots=True)
class ProfileList:
    """Shipped and own, rules first; what is no profile we know comes last."""

    profiles: tuple[ListedProfile, ...]


@query("profiles.list", needs="home", open_to_all=_RULES)
def list_profiles(session: Session) -> ProfileList:
    """Each profile, and whether the bureau's own one counts."""
    own = session.home.profiles
    files = [(name, locate(name, own)) for name in all_names(own)]
    return ProfileList(tuple(ListedProfile(name, file, SHIPPED not in file.parents) for name, file in files))


@dataclass(frozen=True, slots=True)
class DocumentAsked:
    """A document that a type of case asks for; names are in the reader's language.

    `condition` is when it is required, empty for always.
    """

    stage: str
    name: str
    optional: bool
    condition: str
    article: str
    severity: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordAsked:
    """A word of the vocabulary, and what the rules make of it."""

    field: str
    name: str
    zh: str
    en: str
    also: tuple[str, ...]
    asked: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class ProfileView:
    """One profile as it counts, with every default.

    For people: of a type of case its name and documents, of the vocabulary its words, of others the file's text.
    """

    name: str
    profile: dict[str, Any]
    title: Annotated[str, _Hidden] = ""
    documents: Annotated[tuple[DocumentAsked, ...], _Hidden] = ()
    words: Annotated[tuple[WordAsked, ...], _Hidden] = ()
    text: Annotated[str, _Hidden] = ""


@query("profiles.show", needs="home", open_to_all=_RULES)
def show(session: Session, name: str) -> ProfileView:
    """The profile of a file's name, with or without `.toml`, of a type of case also without `cases/`.

    Raises Refused for a name that is no profile's, and for a wrong profile.
    """
    own = session.home.profiles
    full = name if name.endswith(".toml") else name + ".toml"
    if "/" not in full and locate("cases/" + full, own).is_file():
        full = "cases/" + full
    words = read_vocabulary(own)
    profile = read_profile(full, model_of(full), own, {"vocabulary": words})
    content = profile.model_dump(mode="json", by_alias=True)
    if isinstance(profile, CaseTypeProfile):
        return ProfileView(full, content, title=profile.name.spoken, documents=_documents(profile, words))
    if isinstance(profile, VocabularyProfile):
        return ProfileView(full, content, words=_words(words, read_rules(own, words)))
    return ProfileView(full, content, text=locate(full, own).read_text(encoding="utf-8"))


def _documents(profile: CaseTypeProfile, words: Vocabulary) -> tuple[DocumentAsked, ...]:
    def condition(when: When) -> str:
        lists = (
            [label_of(procedure) for procedure in when.procedures],
            [words.label("measure", measure) for measure in when.measures],
            [words.label("incident", incident) for incident in when.incidents],
            [words.label("outcome", outcome) for outcome in when.outcomes],
        )
        return "; ".join("/".join(names) for names in lists if names)

    return tuple(
        DocumentAsked(
            label_of(document.stage),
            document.name.spoken,
            document.optional,
            condition(document.when),
            document.article,
            document.severity,
            document.words,
        )
        for document in profile.document
    )


def _words(words: Vocabulary, rules: RulesProfile) -> tuple[WordAsked, ...]:
    return tuple(
        WordAsked(field, term.name, term.label.zh, term.label.en, term.also, tuple(_asked(rules, field, term.name)))
        for field in words.terms
        for term in words.terms[field]
    )


def _asked(rules: RulesProfile, field: str, name: str) -> Iterator[Sentence]:
    """What the rules make of a word."""

    def article(code: str, number: str) -> Sentence:
        return Sentence(code, {"article": number})

    if field == "measure" and name in rules.coverage.measures:
        yield article("cli.word-recorded", rules.coverage.article)
    if field == "measure" and name in rules.situational.measures:
        yield article("cli.word-recorded-situational", rules.situational.article)
    if field == "shows" and name in rules.contents.items:
        yield article("cli.word-shown", rules.contents.article)
    long_term = {"case_type": "case_types", "measure": "measures", "incident": "incidents"}.get(field)
    if long_term and name in getattr(rules.long_term, long_term):
        yield article("cli.word-long-term", rules.long_term.article)
