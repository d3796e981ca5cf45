"""The words that a bureau may add to (types of case, measures, incidents, what a recording shows), from `profiles/`."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from preserve.errors import Refused
from preserve.messages import language, listed
from preserve.profiles import locate, names_in, read_profile

FIELDS = ("case_type", "measure", "incident", "shows", "outcome")
"""The fields of a description whose values come from the profiles."""

OPTIONAL = ("outcome",)
"""Those of them that may be left empty."""


Name = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,63}$")]
"""A word that `profiles/` define: types of case, measures, incidents, what is shown. Which there are, the profiles say;
a package from another bureau may hold others, and is read all the same."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Part):
    """A name in both languages."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    @property
    def spoken(self) -> str:
        """In the language in use."""
        return self.zh if language() == "zh" else self.en


class Term(_Part):
    """One word: its name in packages, what people read, and what else they may write for it."""

    name: Name
    label: Words
    also: tuple[str, ...] = ()


def once(terms: Sequence[Term]) -> Sequence[Term]:
    """Nothing that a person may write stands for two of them."""
    seen: set[str] = set()
    for term in terms:
        for word in sorted(_written(term)):
            if word in seen:
                raise PydanticCustomError("word_twice", "{word}", {"word": word})
            seen.add(word)
    return terms


Terms = Annotated[tuple[Term, ...], AfterValidator(once)]


class VocabularyProfile(_Part):
    """`profiles/vocabulary.toml`."""

    measure: Terms
    incident: Terms
    shows: Terms
    outcome: Terms = ()


class _CaseType(BaseModel):
    """What of a file in `profiles/cases/` names a type of case; the rest is the rules' (`preserve.ingest.rules`)."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    case_type: Name
    name: Words
    also: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The terms of each field, in the profiles' order; nothing is held to a field that is left out.

    It is itself and no other, so that what was checked against it can be kept under its name.
    """

    terms: Mapping[str, tuple[Term, ...]]

    def knows(self, field: str, name: str) -> bool:
        """Whether the profiles have this name."""
        return field not in self.terms or any(term.name == name for term in self.terms[field])

    def label(self, field: str, name: str) -> str:
        """What people read for it, in the language in use; of a package from elsewhere the name itself."""
        return next((term.label.spoken for term in self.terms.get(field, ()) if term.name == name), name)

    def chinese(self, field: str, name: str) -> str:
        """What stands for it in the workbook; a name that is not known stands for itself."""
        return next((term.label.zh for term in self.terms.get(field, ()) if term.name == name), name)

    def name_of(self, field: str, written: str) -> str:
        """The name that a label, a name or another word of the profile stands for; anything else comes back."""
        word = _key(written)
        for term in self.terms.get(field, ()):
            if word in _written(term):
                return term.name
        return written

    def choices(self, field: str) -> str:
        """What may be written, in the language in use; in English with the names, which files hold."""
        if language() == "zh":
            return listed(term.label.zh for term in self.terms[field])
        return listed(f"{term.name} ({term.label.zh})" for term in self.terms[field])


def _written(term: Term) -> set[str]:
    """Everything that people may write for it."""
    return {_key(one) for one in (term.name, term.label.zh, term.label.en, *term.also)}


def _key(word: str) -> str:
    return unicodedata.normalize("NFKC", word).strip().casefold()


def read_vocabulary(own: Path | None = None) -> Vocabulary:
    """The words of the bureau's own profiles, else of the shipped ones. Raises Refused for a wrong profile."""
    return _vocabulary(read_case_types(own), *_terms(own).items())


@lru_cache(maxsize=8)
def _vocabulary(types: tuple[Term, ...], *others: tuple[str, tuple[Term, ...]]) -> Vocabulary:
    """One vocabulary for the same words: every step of an operation asks for it."""
    return Vocabulary({"case_type": types, **dict(others)})


def _terms(own: Path | None) -> dict[str, tuple[Term, ...]]:
    """The words of the vocabulary; a bureau's own file from before there were outcomes has the shipped ones."""
    profile = read_profile("vocabulary.toml", VocabularyProfile, own)
    outcome = profile.outcome or read_profile("vocabulary.toml", VocabularyProfile).outcome
    return {"measure": profile.measure, "incident": profile.incident, "shows": profile.shows, "outcome": outcome}


def read_what_is_sound(own: Path | None) -> Vocabulary:
    """The words of those profiles that can be read: to find every mistake in the others too, and to show what is held
    already, which a mistake in a profile must not hide."""
    terms = dict(read_sound_types(own).terms)
    with suppress(Refused):
        terms |= _terms(own)
    return Vocabulary(terms)


def read_sound_types(own: Path | None) -> Vocabulary:
    """The same of the types of case alone, for a list of cases that has no other word of the profiles."""
    with suppress(Refused):
        return Vocabulary({"case_type": read_case_types(own)})
    return Vocabulary({})


def read_case_types(own: Path | None) -> tuple[Term, ...]:
    """The types of case that there are profiles for. Raises Refused, also where two of them have one name."""
    return _case_types(tuple((locate(n, own), read_profile(n, _CaseType, own)) for n in names_in("cases", own)))


@lru_cache(maxsize=8)
def _case_types(profiles: tuple[tuple[Path, _CaseType], ...]) -> tuple[Term, ...]:
    types: list[Term] = []
    for file, profile in profiles:
        term = Term(name=profile.case_type, label=profile.name, also=profile.also)
        for (other, _), known in zip(profiles, types, strict=False):
            if same := _written(term) & _written(known):
                name = f"{other.parent.name}/{other.name}"
                raise Refused("profile.case-type-twice", str(file), other=name, word=min(same))
        types.append(term)
    return tuple(types)


@cache
def _shipped_names(field: str) -> frozenset[str]:
    """Shipped rules may speak of what came after a bureau's own vocabulary was written; then they speak of nothing."""
    return frozenset(term.name for term in read_vocabulary().terms[field])


def _known(field: str) -> AfterValidator:
    """A name in another profile must be one of the vocabulary, where that is given as the validation's context."""

    def check(name: str, info: ValidationInfo) -> str:
        words = (info.context or {}).get("vocabulary")
        if isinstance(words, Vocabulary) and not words.knows(field, name) and name not in _shipped_names(field):
            names = ", ".join(term.name for term in words.terms[field])
            raise PydanticCustomError("name_unknown", "{names}", {"names": names})
        return name

    return AfterValidator(check)


CaseTypeName = Annotated[Name, _known("case_type")]
MeasureName = Annotated[Name, _known("measure")]
IncidentName = Annotated[Name, _known("incident")]
ShownName = Annotated[Name, _known("shows")]
OutcomeName = Annotated[Name, _known("outcome")]
