"""One burned disc, or its image in a file, as a medium: written once, read without being mounted."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Self, cast

from storage_adapters.contract import (
    Address,
    CopyRef,
    FileCheck,
    MediumState,
    Package,
    Progress,
    Receipt,
    Scope,
    Traits,
    Warrant,
)
from storage_adapters.directory import PACKAGES
from storage_adapters.durable import drop_file, write_file
from storage_adapters.errors import (
    CopyExists,
    CopyUnknown,
    MediumAbsent,
    MediumFull,
    NotErasable,
    NotWrittenRight,
    StorageError,
    WrongMedium,
)
from storage_adapters.marker import MARKER, Marker, marker_bytes, parse_marker
from storage_adapters.optical.burning import burn, look
from storage_adapters.optical.image import Graft, make_image
from storage_adapters.optical.reading import DiscFile, DiscStream, check_disc_files, length_of, list_files, read_disc
from storage_adapters.reading import walk_files

KIND = "optical"


def read_disc_marker(disc: Path, files: list[DiscFile]) -> Marker:
    """The marker on a disc. Raises WrongMedium where it has none."""
    for file in files:
        if file.path == MARKER and file.size < 1 << 20:
            with io.BufferedReader(DiscStream(disc, file)) as stream:
                return parse_marker(stream.read(), str(disc))
    raise WrongMedium(str(disc), wanted=MARKER, found="")


@dataclass(frozen=True, slots=True)
class OpticalAdapter:
    """The disc in the device `disc`, or the image in that file. `work` is where an image is built before it is burned.

    `capacity` is the disc's in bytes, `volume_id` what it is called (16 of A–Z 0–9 _).
    """

    disc: Path
    identity: str
    volume_id: str = "ARCHIVE"
    capacity: int = 0
    work: Path = Path(tempfile.gettempdir())

    @property
    def traits(self) -> Traits:
        """A disc is written once and lies on a shelf; Joliet bounds its names."""
        return Traits(KIND, False, True, True, True, 255, 240, True, name_zh="光盘", name_en="optical disc")

    @classmethod
    def at(cls, address: Address) -> Self:
        """The disc in a drive, or its image; the copies of one disc are alike, and their marker names the image."""
        return cls(Path(address.location), str(address.details.get("image", address.identity)))

    def _files(self) -> list[DiscFile]:
        if not self.disc.exists() or (self.disc.is_file() and not self.disc.stat().st_size):
            raise MediumAbsent(str(self.disc))
        files = list_files(self.disc)
        marker = read_disc_marker(self.disc, files)
        if marker.identity != self.identity:
            raise WrongMedium(str(self.disc), wanted=self.identity, found=marker.identity)
        return files

    def probe(self) -> MediumState:
        """Is there a disc, and is it the right one or blank? Health is unknown until it is read."""
        if not self.disc.exists() or (self.disc.is_file() and not self.disc.stat().st_size):
            loaded = look(self.disc)
            blank = loaded.status == "blank"
            capacity = min(self.capacity or loaded.writable, loaded.writable)
            return MediumState(blank, "", blank, capacity, capacity, detail=loaded.kind)
        self._files()
        size = length_of(self.disc)
        return MediumState(True, self.identity, False, size, 0)

    def copies(self) -> Iterator[CopyRef]:
        """Every whole package on the disc, by name."""
        names = {file.path.split("/")[1] for file in self._files() if file.path.startswith(PACKAGES + "/")}
        yield from (CopyRef(name) for name in sorted(names))

    def write(self, package: Package, progress: Progress) -> Receipt:
        """Make an image of this one package, burn it onto a blank disc, read every byte back.

        Raises CopyExists, NotBlank, MediumFull, NotWrittenRight.
        """
        used = self.disc.is_file() and self.disc.stat().st_size > 0
        if used and CopyRef(package.name) in self.copies():
            raise CopyExists(str(self.disc))
        names = sorted(walk_files(package.root))
        size = sum((package.root / name).lstat().st_size for name in names)
        if self.capacity and size > self.capacity:
            raise MediumFull(str(self.disc), needed=size, free=self.capacity)
        moment = datetime.now(UTC).replace(microsecond=0)
        with tempfile.TemporaryDirectory(dir=self.work) as folder:
            write_file(Path(folder) / MARKER, marker_bytes({"medium": self.identity, "kind": KIND}))
            grafts = [Graft(f"{PACKAGES}/{package.name}/{name}", package.root / name) for name in names]
            grafts.append(Graft(MARKER, Path(folder) / MARKER))
            image = Path(folder) / "image.iso"
            length = make_image(grafts, image, self.volume_id, moment)
            if self.capacity and length > self.capacity:
                raise MediumFull(str(self.disc), needed=length, free=self.capacity)
            image_read = read_disc(image, [], length)
            try:
                burn(image, self.disc, progress=progress)
                if read_disc(self.disc, [], length).sha256 != image_read.sha256:
                    raise NotWrittenRight(str(self.disc), file=image.name, count=1)
            except StorageError:
                raise
            except BaseException:
                # A file that stands for a disc is half-written then; a real disc is lost, which its status says.
                if self.disc.is_file():
                    drop_file(self.disc, self.disc.parent)
                raise
        return Receipt(CopyRef(package.name), str(self.disc), len(names), size, moment)

    def read(self, copy: CopyRef, path: PurePosixPath) -> BinaryIO:
        """Open one file of a package. Raises CopyUnknown, and while reading MediumFailing at a bad sector."""
        wanted = f"{PACKAGES}/{copy.name}/{path}"
        if not path.is_absolute() and ".." not in path.parts:
            for file in self._files():
                if file.path == wanted:
                    return cast(BinaryIO, io.BufferedReader(DiscStream(self.disc, file), 1 << 20))
        raise CopyUnknown(wanted)

    def verify(self, copy: CopyRef, scope: Scope, progress: Progress) -> Iterator[FileCheck]:
        """Compare every expected file with its sectors, in their order; then name what should not be there."""
        prefix = f"{PACKAGES}/{copy.name}/"
        files = [file for file in self._files() if file.path.startswith(prefix)]
        if not files:
            raise CopyUnknown(str(self.disc), copy=copy.name)
        sizes = {file.path: file.size for file in files}
        listed = list(scope.expected)
        expected = list(takewhile(lambda file: scope.more(sizes.get(prefix + file.path, 0)), listed))
        yield from check_disc_files(self.disc, files, iter(expected), progress, prefix)
        if scope.exhaustive and len(expected) == len(listed):
            known = {prefix + file.path for file in expected}
            for file in files:
                if file.path not in known:
                    yield FileCheck(file.path.removeprefix(prefix), "unexpected", file.size, {})

    def remove(self, copy: CopyRef, warrant: Warrant) -> None:
        """Never: a disc can only be destroyed whole."""
        raise NotErasable(str(self.disc))
