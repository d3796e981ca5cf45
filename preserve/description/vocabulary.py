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

from preserve.description.schema import Name
from preserve.errors import Refused
from preserve.messages import language, listed
from preserve.profiles import locate, names_in, read_profile

FIELDS = ("case_type", "measure", "incident", "shows", "outcome")
"""The fields of a description whose values come from the profiles."""

OPTIONAL = ("outcome",)
"""Those of them that may be left empty."""


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


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms of each field, in the profiles' order; nothing is held to a field that is left out."""

    terms: Mapping[str, tuple[Term, ...]]

    def __hash__(self) -> int:
        return hash(tuple(self.terms))  # few are ever alive at once, and what is equal hashes alike

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
    return _vocabulary(_read_types(own), *_read_terms(own))


@lru_cache(8)
def _vocabulary(types: _CaseTypes, profile: VocabularyProfile, shipped: VocabularyProfile) -> Vocabulary:
    """From the same profiles the same object: what is judged by it is known to be judged by the same."""
    return Vocabulary({"case_type": _each_apart(types), **_terms(profile, shipped)})


def _read_terms(own: Path | None) -> tuple[VocabularyProfile, VocabularyProfile]:
    """The bureau's own vocabulary, and the one whose outcomes count."""
    profile = read_profile("vocabulary.toml", VocabularyProfile, own)
    return profile, profile if profile.outcome else read_profile("vocabulary.toml", VocabularyProfile)


def _terms(profile: VocabularyProfile, ending: VocabularyProfile) -> dict[str, tuple[Term, ...]]:
    """The words of the vocabulary; a bureau's own file from before there were outcomes has the shipped ones."""
    return {"measure": profile.measure, "incident": profile.incident, "shows": profile.shows, "outcome": ending.outcome}


def read_what_is_sound(own: Path | None) -> Vocabulary:
    """The words of those profiles that can be read: to find every mistake in the others too, and to show what is held
    already, which a mistake in a profile must not hide."""
    terms: dict[str, tuple[Term, ...]] = {}
    with suppress(Refused):
        terms["case_type"] = read_case_types(own)
    with suppress(Refused):
        terms |= _terms(*_read_terms(own))
    return Vocabulary(terms)


def read_case_types(own: Path | None) -> tuple[Term, ...]:
    """The types of case that there are profiles for. Raises Refused, also where two of them have one name."""
    return _each_apart(_read_types(own))


_CaseTypes = tuple[tuple[str, Path, _CaseType], ...]
"""What the files in `profiles/cases/` are called, where they lie, and what they name."""


def _read_types(own: Path | None) -> _CaseTypes:
    return tuple((name, locate(name, own), read_profile(name, _CaseType, own)) for name in names_in("cases", own))


@lru_cache(8)
def _each_apart(named: _CaseTypes) -> tuple[Term, ...]:
    types: dict[str, Term] = {}
    for name, file, profile in named:
        term = Term(name=profile.case_type, label=profile.name, also=profile.also)
        for other, known in types.items():
            if same := _written(term) & _written(known):
                raise Refused("profile.case-type-twice", str(file), other=other, word=min(same))
        types[name] = term
    return tuple(types.values())


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
