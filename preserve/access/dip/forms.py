"""How a DIP leaves: as a folder, a zip, an encrypted zip (AES), or an image of a disc."""

from __future__ import annotations

import os
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from preserve.archival_storage.packing.attempts import Held
from preserve.clock import now
from preserve.errors import Conflict, MediumProblem, NotIntact, UsageError
from storage_adapters.contract import ExpectedFile
from storage_adapters.durable import discard, drop_file, publish, sync_file_system, sync_folder
from storage_adapters.errors import StorageError
from storage_adapters.reading import digest_file, walk_files

Form = Literal["folder", "zip", "encrypted-zip", "disc"]
_SHORTEST = 12  # characters of a password
_BLOCK = 1 << 20


def check_form(target: Path, form: Form, password: str) -> None:
    """Before anything is made: raises UsageError for a password that is too short, MediumProblem for the folder."""
    if form == "encrypted-zip" and len(password) < _SHORTEST:
        raise UsageError("request.password-short", shortest=_SHORTEST)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MediumProblem("request.target-unwritable", str(target), reason=error.strerror or str(error)) from error
    if not os.access(target, os.W_OK | os.X_OK):
        raise MediumProblem("request.target-unwritable", str(target), reason="")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a DIP is handed over as: its form, the password of an encrypted one, the burner of one that is burned."""

    form: Form
    password: str = ""
    device: Path | None = None


def hand_over(
    staged: Path, target: Path, shape: Shape, progress: Callable[[int], None], held: Held = nullcontext
) -> Path:
    """Put the finished DIP into the folder `target`, in its form; nothing half-written stays there.

    It gets its name, or is burned, while this piece of work is `held`. Raises MediumProblem where the folder cannot be
    written, NotIntact where what was written does not read back, Busy where another attempt is at it by now.
    """
    form = shape.form
    try:
        if form == "folder":
            return _as_folder(staged, target, progress, held)
        if form == "disc":
            return _as_disc(staged, target, shape.device, progress, held)
        return _as_zip(staged, target, shape.password if form == "encrypted-zip" else "", progress, held)
    except OSError as error:
        raise MediumProblem("request.target-unwritable", str(target), reason=error.strerror or str(error)) from error


def _as_folder(staged: Path, target: Path, progress: Callable[[int], None], held: Held) -> Path:
    final = target / staged.name
    if os.stat(staged).st_dev == os.stat(target).st_dev:
        with held():
            publish(staged, final)
        return final
    copied = target / f".{staged.name}.part"
    try:
        for name in walk_files(staged):
            path = copied / name
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(staged / name, path)
            progress(path.stat().st_size)
        sync_file_system(target)
        with held():
            publish(copied, final)
    finally:
        if copied.exists():
            discard(copied, target)
    return final


def _as_zip(staged: Path, target: Path, password: str, progress: Callable[[int], None], held: Held) -> Path:
    import pyzipper

    final = target / f"{staged.name}.zip"
    part = target / f".{staged.name}.zip.part"
    if final.exists():
        raise Conflict("storage.exists-already", str(final))
    try:
        # Media do not shrink; stored as they are, any program opens them and a damaged byte stays one damaged byte.
        if password:
            box = pyzipper.AESZipFile(part, "w", compression=zipfile.ZIP_STORED, encryption=pyzipper.WZ_AES)
            box.setpassword(password.encode())
        else:
            box = zipfile.ZipFile(part, "w", zipfile.ZIP_STORED)
        with box:
            for name in sorted(walk_files(staged)):
                with (
                    (staged / name).open("rb") as source,
                    box.open(f"{staged.name}/{name}", "w", force_zip64=True) as out,
                ):
                    while block := source.read(_BLOCK):
                        out.write(block)
                        progress(len(block))
        _check_zip(staged, part, password)
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        with held():
            os.link(part, final)  # never over another
        sync_folder(target)
    finally:
        drop_file(part, target)
    return final


def _check_zip(staged: Path, part: Path, password: str) -> None:
    """Read it back, byte for byte: what a court opens is what was sealed. Raises NotIntact for whatever is damaged."""
    import pyzipper

    # It has a BadZipFile of its own; where the damage lies in names, sizes or the password's check it raises others.
    damaged = (pyzipper.BadZipFile, RuntimeError, ValueError, LookupError, EOFError, struct.error, zlib.error)
    try:
        with pyzipper.AESZipFile(part) as box:
            if password:
                box.setpassword(password.encode())
            _compare(staged, part, box)
    except damaged as error:
        raise NotIntact("request.form-broken", str(part)) from error


def _compare(staged: Path, part: Path, box: Any) -> None:
    names = set(box.namelist())
    for name in walk_files(staged):
        inside = f"{staged.name}/{name}"
        if inside not in names:
            raise NotIntact("request.form-broken", str(part))
        with (staged / name).open("rb") as source, box.open(inside) as written:
            while block := source.read(_BLOCK):
                if written.read(len(block)) != block:
                    raise NotIntact("request.form-broken", str(part))
            if written.read(1):
                raise NotIntact("request.form-broken", str(part))


def _as_disc(staged: Path, target: Path, device: Path | None, progress: Callable[[int], None], held: Held) -> Path:
    """An image of a disc; burned and read back where a burner is named. Raises the optical adapter's errors."""
    from storage_adapters.optical.burning import burn
    from storage_adapters.optical.image import Graft, make_image

    final = target / f"{staged.name}.iso"
    if final.exists():
        raise Conflict("storage.exists-already", str(final))
    names = sorted(walk_files(staged))
    grafts = [Graft(f"{staged.name}/{name}", staged / name) for name in names]
    volume = "DIP_" + staged.name[-12:].upper()
    make_image(grafts, final, volume, now(), progress)
    disc = final
    try:
        with held():  # a burn takes longer than anything may be held for
            pass
        if device is not None:
            burn(final, device, progress=progress)
            disc = device
        _check_disc(staged, disc, progress)
    except BaseException:
        drop_file(final, target)
        raise
    if device is not None:
        drop_file(final, target)
    return disc


def _check_disc(staged: Path, disc: Path, progress: Callable[[int], None]) -> None:
    from storage_adapters.optical.reading import check_disc_files, list_files

    expected = [_expected(staged, name) for name in sorted(walk_files(staged))]
    checks = list(check_disc_files(disc, list_files(disc), iter(expected), progress, f"{staged.name}/"))
    if any(check.verdict != "intact" for check in checks) or len(checks) != len(expected):
        raise NotIntact("request.form-broken", str(disc))


def reads_back(staged: Path, place: Path, form: Form, password: str, progress: Callable[[int], None]) -> bool:
    """Whether a zip, a disc or its image holds the finished DIP byte for byte, and opens with the password."""
    try:
        if form == "disc":
            _check_disc(staged, place, progress)
        else:
            _check_zip(staged, place, password if form == "encrypted-zip" else "")
    except (NotIntact, OSError, StorageError):
        return False
    return True


def _expected(staged: Path, name: str) -> ExpectedFile:
    size, seen = digest_file(staged / name, ("sha256",), from_medium=False)
    return ExpectedFile(name, size, seen)
