"""What doors need to offer choices: the fixed values of a description and the words of the profiles, by their names."""

from __future__ import annotations

from enum import StrEnum

from preserve.description.fixed_values import Classification, Procedure, Retention, Stage, Volume
from preserve.description.labels import label_of
from preserve.description.vocabulary import read_what_is_sound
from preserve.services.session import Session

Choices = tuple[tuple[str, str], ...]
"""Names as descriptions have them, each with what people read for it."""


def stage_names() -> tuple[str, ...]:
    """The stages of a case, in their order."""
    return tuple(stage.value for stage in Stage)


def stage_label(name: str) -> str:
    """What people call a stage, in the language in use."""
    return label_of(Stage(name))


def filter_choices(session: Session) -> dict[str, Choices]:
    """What can be chosen in each filter of a search that has a list of names, in the language in use."""
    words = read_what_is_sound(session.home.profiles)
    choices = {
        field: tuple((term.name, term.label.spoken) for term in words.terms.get(field, ()))
        for field in ("case_type", "measure")
    }
    for field, kind in (("stage", Stage), ("classification", Classification), ("volume", Volume)):
        choices[field] = tuple((one.value, label_of(one)) for one in kind)
    return choices


_ENUMS: dict[str, type[StrEnum]] = {
    "stage": Stage,
    "classification": Classification,
    "volume": Volume,
    "procedure": Procedure,
    "retention": Retention,
}


def spoken(session: Session, field: str, value: str) -> str:
    """What people read for a value of a description, in the language in use; moments without their letters."""
    if field in ("start", "end", "when"):
        return value[:16].replace("T", " ")
    if field in _ENUMS:
        try:
            return label_of(_ENUMS[field](value))
        except ValueError:
            return value
    return read_what_is_sound(session.home.profiles).label(field, value)
