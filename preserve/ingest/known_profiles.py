"""Every profile there may be, with the model that checks it: for those who adapt rules and not code."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from pydantic import BaseModel

from preserve.description.vocabulary import read_case_types, read_what_is_sound
from preserve.errors import Refused
from preserve.profiles import locate, names_in, read_profile

_MODELS = {
    "vocabulary.toml": ("preserve.description.vocabulary", "VocabularyProfile"),
    "rules.toml": ("preserve.ingest.rules.profile", "RulesProfile"),
    "retention.toml": ("preserve.administration.retention.profile", "RetentionProfile"),
    "alike.toml": ("preserve.administration.alike", "Alike"),
    "looking.toml": ("preserve.access.viewing.profile", "LookingProfile"),
    "requests.toml": ("preserve.access.requests.profile", "RequestsProfile"),
    "transfer.toml": ("preserve.access.transfer.profile", "TransferProfile"),
    "calendar.toml": ("preserve.working_days", "CalendarProfile"),
    "formats.toml": ("preserve.ingest.normalise", "FormatsProfile"),
    "deposit.toml": ("preserve.ingest.receive", "DepositProfile"),
    "drafting.toml": ("preserve.ingest.draft", "DraftingProfile"),
    "cameras.toml": ("preserve.ingest.readers.camera_names", "Cameras"),
    "identification.toml": ("preserve.ingest.identifiers.extensions", "Rules"),
    "storage.toml": ("preserve.archival_storage.policy", "StorageProfile"),
    "audit.toml": ("preserve.archival_storage.policy", "AuditProfile"),
    "planning.toml": ("preserve.preservation_planning.profile", "PlanningProfile"),
    "media.toml": ("preserve.archival_storage.policy", "MediaProfile"),
}
_CASES = ("preserve.ingest.rules.profile", "CaseTypeProfile")


def all_names(own: Path | None) -> list[str]:
    """Shipped and own, rules first; what lies in the bureau's folder and is no profile we know comes last."""
    known = [*_MODELS, *names_in("cases", own)]
    strange = sorted(file.name for file in own.glob("*.toml") if file.name not in known) if own else []
    return known + strange


def model_of(name: str) -> type[BaseModel]:
    """The model of a profile's name. Raises Refused for a name that is no profile's."""
    place = _CASES if name.startswith("cases/") else _MODELS.get(name)
    if place is None:
        raise Refused("profile.name-unknown", name, name=name)
    model: type[BaseModel] = getattr(import_module(place[0]), place[1])
    return model


def check_all(own: Path | None) -> Iterator[tuple[str, Path, Refused | None]]:
    """Each profile: its name, the file that counts, and what is wrong with it; all are looked at.

    Two files for one type of case are a mistake too: only one of them would count. Names in one profile that another
    must hold are looked for wherever that other one can be read.
    """
    twice: Refused | None = None
    context = {"vocabulary": read_what_is_sound(own)}
    try:
        read_case_types(own)
    except Refused as refusal:  # other mistakes in them are found below, each in its file
        twice = refusal if refusal.code == "profile.case-type-twice" else None
    for name in all_names(own):
        file, wrong = locate(name, own), None
        try:
            read_profile(name, model_of(name), own, context)
            if twice is not None and twice.where == str(file):
                wrong = twice
        except Refused as refusal:
            wrong = refusal
        yield name, file, wrong
