"""Models of machine reading: which are described, which are here and whole, and bringing one from a medium."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from preserve.administration.duties import Duty
from preserve.machine_reading.models import What, bring_models, find_models
from preserve.services.operation import command, query
from preserve.services.session import Session

_MODELS = "models are programs' parts, the same everywhere: nothing of any case stands in them"


@dataclass(frozen=True, slots=True)
class ModelListed:
    """A model as the profile describes it. `state`: `whole`, `absent`, or `wrong` where a file is another than it
    should be; `digest` is the SHA-256, in hex, that stands in what it reads."""

    name: str
    what: What
    state: Literal["whole", "absent", "wrong"]
    maker: str
    licence: str
    source: str
    languages: tuple[str, ...]
    digest: str
    wrong: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class ModelList:
    """Of those for one purpose the first that is whole counts."""

    models: tuple[ModelListed, ...]


@query("reading.models", needs="home", open_to_all=_MODELS)
def list_models(session: Session) -> ModelList:
    """Every model that the profile describes, and whether it is here and whole."""
    home = session.home
    return ModelList(
        tuple(
            ModelListed(
                one.described.name,
                one.described.what,
                one.state,
                one.described.maker,
                one.described.licence,
                one.described.source,
                one.described.languages,
                one.described.digest,
                one.wrong,
            )
            for one in find_models(home.profiles, home.models)
        )
    )


@dataclass(frozen=True, slots=True)
class ModelsBrought:
    """The names of the models that were copied into the home."""

    names: tuple[str, ...]


@command("reading.bring_models", duty=Duty.KEEP)
def bring(session: Session, folder: Path) -> ModelsBrought:
    """Copy the models that lie in `folder` into the home, with the digests that the profile names. Raises Refused."""
    home = session.archive.home
    return ModelsBrought(tuple(one.name for one in bring_models(folder, home.models, home.profiles)))
