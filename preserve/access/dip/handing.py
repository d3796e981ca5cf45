"""What is about to leave, written down before it is there: after a kill the next run enters it, or takes it back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from metadata.verify import verify_package
from preserve.access import attempts
from preserve.access.dip.forms import Form, reads_back
from preserve.access.requests.model import Delivery
from preserve.administration.proceedings.records import write_record
from preserve.archival_storage.packing.attempts import Held
from preserve.errors import Conflict, NotIntact
from preserve.home import Home
from storage_adapters.durable import drop_file, sync_folder
from storage_adapters.file_systems import medium_of
from storage_adapters.reading import digest_file

_SEAL = "tagmanifest-sha256.txt"
_ENDINGS: dict[Form, str] = {"folder": "", "zip": ".zip", "encrypted-zip": ".zip", "disc": ".iso"}


class Handing(BaseModel):
    """A finished package on its way: the delivery as it will be recorded, where to, and the digest that seals it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    delivery: Delivery
    form: Form
    target: str
    device: str = Field("", description="the burner; empty where it is no disc, or only its image")
    medium: str = Field("", description="the file system that the folder lies on")
    sealed: str = Field(pattern="[0-9a-f]{64}", description="SHA-256 of the package's tag manifest")

    @property
    def place(self) -> Path:
        """Where the whole of it lies once it was published."""
        return Path(self.device) if self.device else Path(self.target) / self.file

    @property
    def file(self) -> str:
        """Its name in the folder."""
        return file_name(self.delivery.dip, self.form)


def file_name(dip: str, form: Form) -> str:
    """How a delivery is called in the folder that it is handed over in."""
    return f"{dip}{_ENDINGS[form]}"


def note(
    home: Home, number: str, staged: Path, delivery: Delivery, target: Path, form: Form, device: Path | None
) -> Handing:
    """Write down, durably, what is about to be handed over."""
    sealed = digest_file(staged / _SEAL, ("sha256",), from_medium=False)[1]["sha256"]
    made = Handing(
        delivery=delivery,
        form=form,
        target=str(target),
        device=str(device or ""),
        medium=medium_of(target),
        sealed=sealed,
    )
    write_record(_file(home, number), made)
    return made


def noted(home: Home, number: str) -> Handing | None:
    """What a run that was cut off was handing over. Raises NotIntact where that cannot be read."""
    file = _file(home, number)
    try:
        return Handing.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise NotIntact("proceeding.record-altered", str(file), detail=str(error)) from error


def forget(home: Home, number: str) -> None:
    """It was entered, or nothing of it is left."""
    drop_file(_file(home, number), home.work)


def is_whole(handing: Handing, staged: Path, password: str, progress: Callable[[int], None]) -> bool:
    """Whether what was published is all of it, read byte for byte. Raises Refused where its place is not there."""
    _require_place(handing)
    if not handing.place.exists():
        return False
    if handing.form != "folder":
        return staged.is_dir() and reads_back(staged, handing.place, handing.form, password, progress)
    try:
        seal = digest_file(handing.place / _SEAL, ("sha256",))[1]["sha256"]
    except OSError:
        return False
    return seal == handing.sealed and verify_package(handing.place, from_medium=True, progress=progress).intact


def take_back(home: Home, number: str, held: Held = nullcontext) -> None:
    """Nothing of what was being handed over stays outside, as this piece of work is `held`.

    Raises Refused where its place is not there, Busy where another attempt is at it by now.
    """
    found = noted(home, number)
    if found is None:
        return
    _require_place(found)
    target, dip = Path(found.target), found.delivery.dip
    names = (found.file, f".{dip}.zip.part", f"{dip}.iso", f"{dip}.iso.part")
    there = [*(target / name for name in names), *attempts.left(target, dip)]
    with held():
        if noted(home, number) != found:
            return  # it was taken back, and made again
        attempts.remove(there, target)
        sync_folder(target)
        forget(home, number)


def _require_place(handing: Handing) -> None:
    """A stick that was pulled out may hold a package that nobody knows of."""
    if not Path(handing.target).is_dir() or medium_of(Path(handing.target)) != handing.medium:
        raise Conflict("request.handed-over-elsewhere", str(handing.place))


def _file(home: Home, number: str) -> Path:
    return home.work / f"request-{number}.handing.json"
