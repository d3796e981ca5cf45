"""Every profile there may be, with the model that checks it: for those who adapt rules and not code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from preserve.access.requests.profile import RequestsProfile
from preserve.access.transfer.profile import TransferProfile
from preserve.access.viewing.profile import LookingProfile
from preserve.administration.alike import Alike
from preserve.administration.file_forms.profile import FormsProfile
from preserve.administration.numbering.profile import NumberingProfile
from preserve.administration.people_profile import PeopleProfile
from preserve.administration.retention.profile import RetentionProfile
from preserve.archival_storage.policy import AuditProfile, MediaProfile, StorageProfile
from preserve.description.vocabulary import VocabularyProfile, read_case_types, read_what_is_sound
from preserve.errors import NotFound, Refused
from preserve.ingest.case_systems.profile import SystemsProfile
from preserve.ingest.draft import DraftingProfile
from preserve.ingest.foreign.describing import ForeignProfile
from preserve.ingest.foreign.handover_profile import HandoverProfile
from preserve.ingest.identifiers.extensions import Rules
from preserve.ingest.kinds import Kinds
from preserve.ingest.legacy.profile import ListProfiles
from preserve.ingest.normalise import FormatsProfile
from preserve.ingest.readers.camera_names import Cameras
from preserve.ingest.receive import DepositProfile
from preserve.ingest.rules.profile import CaseTypeProfile, MeasuresProfile, RulesProfile
from preserve.ingest.stations.profile import StationsProfile
from preserve.machine_reading.clock_profile import ClockProfile
from preserve.machine_reading.models import ModelsProfile
from preserve.machine_reading.speech_profile import SpeechProfile
from preserve.preservation_planning.profile import PlanningProfile
from preserve.profiles import locate, names_in, read_profile
from preserve.services.job_profile import JobsProfile
from preserve.working_days import CalendarProfile

_MODELS: dict[str, type[BaseModel]] = {
    "vocabulary.toml": VocabularyProfile,
    "rules.toml": RulesProfile,
    "measures.toml": MeasuresProfile,
    "retention.toml": RetentionProfile,
    "alike.toml": Alike,
    "looking.toml": LookingProfile,
    "clocks.toml": ClockProfile,
    "speech.toml": SpeechProfile,
    "numbering.toml": NumberingProfile,
    "forms.toml": FormsProfile,
    "jobs.toml": JobsProfile,
    "people.toml": PeopleProfile,
    "requests.toml": RequestsProfile,
    "transfer.toml": TransferProfile,
    "calendar.toml": CalendarProfile,
    "formats.toml": FormatsProfile,
    "deposit.toml": DepositProfile,
    "drafting.toml": DraftingProfile,
    "foreign.toml": ForeignProfile,
    "handover.toml": HandoverProfile,
    "case_systems.toml": SystemsProfile,
    "cameras.toml": Cameras,
    "stations.toml": StationsProfile,
    "identification.toml": Rules,
    "kinds.toml": Kinds,
    "storage.toml": StorageProfile,
    "audit.toml": AuditProfile,
    "planning.toml": PlanningProfile,
    "media.toml": MediaProfile,
    "models.toml": ModelsProfile,
    "legacy_lists.toml": ListProfiles,
}


def all_names(own: Path | None) -> list[str]:
    """Shipped and own, rules first; what lies in the bureau's folder and is no profile we know comes last."""
    known = [*_MODELS, *names_in("cases", own)]
    strange = sorted(file.name for file in own.glob("*.toml") if file.name not in known) if own else []
    return known + strange


def model_of(name: str) -> type[BaseModel]:
    """The model of a profile's name. Raises Refused for a name that is no profile's."""
    model = CaseTypeProfile if name.startswith("cases/") else _MODELS.get(name)
    if model is None:
        raise NotFound("profile.name-unknown", name, name=name)
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
