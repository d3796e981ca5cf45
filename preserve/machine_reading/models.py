"""Models by the SHA-256 of their files: which are described, which are here and whole, and how one is brought in.

`profiles/models.toml` describes them. Their files lie in an installed package or in a folder that the bureau fills from
a medium; nothing here reaches a network.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata, util
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from metadata.findings import Finding
from preserve.errors import Refused, ToolMissing
from preserve.machine_reading.records import Engine
from preserve.profiles import read_profile

What = Literal["ocr", "speech", "voice", "face"]
PROFILE = "models.toml"
_PIECE = 1 << 20
_PLAIN = r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$"
Plain = Annotated[str, Field(pattern=_PLAIN)]
"""A path below a folder, with no way out of it."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DescribedFile(_Frozen):
    """A file of a model; `role` is how the engine tells it from the others."""

    role: str
    name: Plain
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Described(_Frozen):
    """A model as the profile describes it. It lies in `package`, else in `folder` below the home's models."""

    name: Annotated[str, Field(min_length=1)]
    what: What
    package: Annotated[str, Field(pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$")] = ""
    folder: Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]*)?$")] = ""
    maker: str
    licence: str
    source: str
    languages: tuple[str, ...] = ()
    files: Annotated[tuple[DescribedFile, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _in_one_place(self) -> Described:
        if bool(self.package) == bool(self.folder):
            raise ValueError("either a package or a folder")
        return self

    @property
    def digest(self) -> str:
        """SHA-256, in hex, over the lines `<sha256>  <role>` of its files, in the order of the profile."""
        return hashlib.sha256("".join(f"{one.sha256}  {one.role}\n" for one in self.files).encode()).hexdigest()


class ModelsProfile(_Frozen):
    """`profiles/models.toml`."""

    model: tuple[Described, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model where it lies, and the digest that it must have."""

    role: str
    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Model:
    """A model with its files; `digest` is over all of them, as `Described.digest`."""

    name: str
    files: tuple[ModelFile, ...]
    digest: str
    what: What = "ocr"

    def read(self, role: str) -> bytes:
        """The bytes of the file of that role. Raises Refused where they are not those that the profile names."""
        file = next(one for one in self.files if one.role == role)
        data = file.path.read_bytes()
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise Refused("reading.model-digest", str(file.path), name=self.name)
        return data


@dataclass(frozen=True, slots=True)
class Found:
    """A described model and where it stands: `whole`, `absent`, or `wrong` with the files that differ or lack."""

    described: Described
    state: Literal["whole", "absent", "wrong"]
    files: tuple[ModelFile, ...] = ()
    wrong: tuple[Path, ...] = ()

    @property
    def model(self) -> Model:
        """As engines take it."""
        return Model(self.described.name, self.files, self.described.digest, self.described.what)


def find_models(own: Path | None = None, folder: Path | None = None) -> Iterator[Found]:
    """Every described model. `own` is the home's folder of profiles, `folder` its folder of models."""
    for described in read_profile(PROFILE, ModelsProfile, own).model:
        place = _place(described, folder)
        if place is None or not place.is_dir():
            yield Found(described, "absent")
            continue
        files = tuple(ModelFile(one.role, place / one.name, one.sha256) for one in described.files)
        wrong = tuple(file.path for file in files if _digest(file.path) != file.sha256)
        yield Found(described, "wrong" if wrong else "whole", files, wrong)


def models_here(own: Path | None = None, folder: Path | None = None, what: What | None = None) -> tuple[Model, ...]:
    """The models that are here and whole, in the order of the profile; of one purpose if `what` names it."""
    found = find_models(own, folder)
    return tuple(one.model for one in found if one.state == "whole" and what in (None, one.described.what))


def model_for(what: What, own: Path | None = None, folder: Path | None = None) -> Model:
    """The model that counts for a purpose. Raises ToolMissing where none is here and whole."""
    if found := models_here(own, folder, what):
        return found[0]
    raise ToolMissing("reading.model-missing", what, what=what)


def engine_of(model: Model, *tools: str) -> Engine:
    """What stands in a record: the installed packages `tools` with their versions, and the model."""
    return Engine(tool=", ".join(f"{name} {_version(name)}" for name in tools), model=model.name, digest=model.digest)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "?"


def _place(described: Described, folder: Path | None) -> Path | None:
    if described.folder:
        return folder / described.folder if folder is not None else None
    # Of a package at the top this looks only where it lies: none of its code runs.
    spec = util.find_spec(described.package)
    return Path(next(iter(spec.submodule_search_locations))) if spec and spec.submodule_search_locations else None


def _digest(path: Path) -> str:
    try:
        seen = path.stat()
        return _digest_of(path, seen.st_ino, seen.st_size, seen.st_mtime_ns)
    except OSError:
        return ""


@lru_cache(maxsize=64)
def _digest_of(path: Path, *_: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def bring_models(source: Path, folder: Path, own: Path | None = None) -> tuple[Described, ...]:
    """Copy the described models that lie in `source` into `folder`; the digest is that of what was written.

    Files are found by their names, in `source` itself or in a folder of it. A model that is there already is replaced.
    Raises Refused where none of them is there, or where a file differs; then nothing of that model is kept.
    """
    brought: list[Described] = []
    findings: list[Finding] = []
    for described in read_profile(PROFILE, ModelsProfile, own).model:
        if not described.folder:
            continue
        places = [_look_for(source, described, one.name) for one in described.files]
        if not any(places):
            continue
        lacking = [one.name for one, place in zip(described.files, places, strict=True) if place is None]
        findings += [
            Finding("reading.model-file-missing", name, "refuse", {"name": described.name}) for name in lacking
        ]
        if not lacking and not (differing := _copy(described, [one for one in places if one], folder)):
            brought.append(described)
        elif not lacking:
            findings.append(Finding("reading.model-digest", differing, "refuse", {"name": described.name}))
    if findings or not brought:
        code = "reading.models-wrong" if findings else "reading.models-unknown"
        raise Refused(code, str(source), findings=tuple(findings), count=len(brought))
    return tuple(brought)


def _look_for(source: Path, described: Described, name: str) -> Path | None:
    """Where a file of a model lies on what was brought."""
    for place in (source / described.folder / name, source / name, source / Path(name).name):
        if place.is_file():
            return place
    return None


def _copy(described: Described, places: list[Path], folder: Path) -> str:
    """Copy a model, all of its files or none; the name of a file that is another than it should be, or nothing."""
    target = folder / described.folder
    mark = os.urandom(8).hex()
    parts: list[tuple[Path, Path]] = []
    try:
        for file, place in zip(described.files, places, strict=True):
            end = target / file.name
            end.parent.mkdir(parents=True, exist_ok=True)
            parts.append((end.with_name(f"{end.name}.{mark}"), end))
            if _written(place, parts[-1][0]) != file.sha256:
                return file.name
        for part, end in parts:
            part.replace(end)
        return ""
    finally:
        for part, end in parts:
            part.unlink(missing_ok=True)
            _remove_empty(end.parent, folder.parent)


def _remove_empty(folder: Path, top: Path) -> None:
    """Folders that were made for files which did not come."""
    while folder != top:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _written(source: Path, target: Path) -> str:
    running = hashlib.sha256()
    with source.open("rb") as read, target.open("xb") as written:
        while piece := read.read(_PIECE):
            running.update(piece)
            written.write(piece)
        written.flush()
        os.fsync(written.fileno())
    return running.hexdigest()
