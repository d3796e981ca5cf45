"""What every kind of medium must do, and the records that pass between it and its caller."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Literal, Protocol, runtime_checkable

Progress = Callable[[int], None]
"""Called with the number of bytes moved since the last call; may raise to stop the work."""

Verdict = Literal["intact", "damaged", "absent", "unexpected", "unreadable", "not-checked"]


@dataclass(frozen=True, slots=True)
class Traits:
    """How this kind of medium differs from others, as data: what an archive does with a medium follows from it."""

    kind: str  # the name of the entry point
    erasable: bool  # a single copy can be removed
    removable: bool  # it can be carried away: it bears a label, lies on a shelf, and can be destroyed as a thing
    needs_person: bool  # somebody must bring or connect it before it can be read
    atomic_publish: bool
    longest_component: int  # UTF-8 bytes
    longest_path: int  # characters
    composed: bool = False  # written once, as a whole that is made before: no copy can be added or mended
    name_zh: str = ""
    name_en: str = ""
    remote: bool = False  # its bytes come through a service: nobody here sees on what they lie

    @property
    def online(self) -> bool:
        """Whether it can be read at any time, with nobody there."""
        return not self.needs_person


@dataclass(frozen=True, slots=True)
class MediumState:
    """What probing found. Sizes in bytes; `health` is `good`, `failing` or `unknown`, never guessed."""

    present: bool
    identity: str
    writable: bool
    capacity: int
    free: int
    health: Literal["good", "failing", "unknown"] = "unknown"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CopyRef:
    """One package on one medium, by the name of its top folder (`aip-…_v0001`)."""

    name: str


@dataclass(frozen=True, slots=True)
class ExpectedFile:
    """A file that must be in a copy. `path` is relative to the copy, `/` between parts; hex digests by algorithm."""

    path: str
    size: int | None
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Package:
    """A finished package on a local file system: the folder `root`, to be known on the medium as `name`.

    `digests` are the SHA-256 that its files must have, by path, where they are known: what is copied is held against
    them, and an interrupted write can be taken up again. Who publishes it does so `held`, which may raise.
    """

    name: str
    root: Path
    size: int
    digests: Mapping[str, str] = field(default_factory=dict)
    held: Callable[[], AbstractContextManager[None]] = nullcontext


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of a write: what was made durable, where, when (UTC), and how many files and bytes."""

    copy: CopyRef
    location: str
    files: int
    size: int
    written: datetime


@dataclass(frozen=True, slots=True)
class FileCheck:
    """One file compared with what it should be. `seen` are the digests computed from the medium."""

    path: str
    verdict: Verdict
    size: int
    seen: Mapping[str, str]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What to check: these files and, if `exhaustive`, also that nothing else lies in the copy.

    `more` is asked before a file is begun, with its size in bytes (0 where it is not known). Where it says no, those
    begun are finished and told, no other is, and nothing is said of what else lies there. `seen` answers for files
    that were read from the medium a moment ago, as `storage_adapters.read_behind` does; None: read it.
    """

    expected: Iterable[ExpectedFile]
    exhaustive: bool = True
    from_medium: bool = True  # past the page cache; False only where the caller says why
    more: Callable[[int], bool] = lambda size: True
    seen: Callable[[ExpectedFile], FileCheck | None] | None = None


@dataclass(frozen=True, slots=True)
class Warrant:
    """Permission to remove one copy and whatever lies beside it of the same name; names two people and a decision.

    With `overwrite` files are overwritten before they are unlinked.
    """

    copy: CopyRef
    medium: str
    decision: str
    people: tuple[str, str]
    expires: datetime
    overwrite: bool = False

    def holds_for(self, copy: CopyRef, medium: str) -> bool:
        """Whether it permits to remove this copy from this medium now."""
        return (
            self.copy == copy
            and self.medium == medium
            and bool(self.decision and all(self.people))
            and self.people[0] != self.people[1]
            and self.expires > datetime.now(UTC)
        )


Sign = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Address:
    """What an inventory knows of one medium, from which its adapter is made.

    `location` is where it is now: a path, or whatever its kind calls places by. `details` are those that `establish`
    gave, as JSON values. `keys` are the public keys (raw Ed25519) that its marker may be signed with; `retain_until`
    is how long what is written must be locked, where the kind can; `pool` are processes that may help to read.
    """

    identity: str
    location: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    keys: tuple[bytes, ...] = ()
    retain_until: datetime | None = None
    pool: Executor | None = None


@dataclass(frozen=True, slots=True)
class NewMedium:
    """A place that is to become a medium: where it is, and what its marker says (`medium` is its identity).

    `options` are what the person asked for beside it; a kind takes those that it knows: `reserve` (bytes to stay free),
    `endpoint` (URL), `lock` (whether what is written shall be locked).
    """

    where: str
    facts: Mapping[str, str]
    sign: Sign
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Established:
    """A medium that was made: where it is, its capacity in bytes (0: unknown), and what `Address.details` will hold.

    Names in `details` are the kind's own: none of `kind`, `label`, `location`, `state`, `place`, `custodian`,
    `capacity`, `checked`, which the inventory has for every medium.
    """

    location: str
    capacity: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)


class StorageAdapter(Protocol):
    """One medium. Every call may raise `storage_adapters.errors.StorageError`."""

    @property
    def traits(self) -> Traits:
        """How this kind differs."""

    def probe(self) -> MediumState:
        """Is it there, is it the right one, is there room, how is its health?"""

    def copies(self) -> Iterator[CopyRef]:
        """Every copy, found from the medium alone."""

    def write(self, package: Package, progress: Progress) -> Receipt:
        """Make a durable copy or none at all; refuses what does not fit."""

    def read(self, copy: CopyRef, path: PurePosixPath) -> BinaryIO:
        """Open one file of a copy for reading."""

    def verify(self, copy: CopyRef, scope: Scope, progress: Progress) -> Iterator[FileCheck]:
        """Read back from the medium, not from the cache, and compare."""

    def remove(self, copy: CopyRef, warrant: Warrant) -> None:
        """Remove a copy under a warrant. Raises NotErasable on write-once media."""


class StorageKind(Protocol):
    """The class that an entry point names: makes the adapters of its kind."""

    def at(self, address: Address) -> StorageAdapter:
        """The adapter of the medium at an address. Touches nothing: its traits are asked of an empty address too."""


@runtime_checkable
class Establishing(Protocol):
    """A kind whose media are entered one by one; one without it (discs) comes into being in another way."""

    def establish(self, new: NewMedium) -> Established:
        """Make an empty place a medium, with a signed marker. Raises WrongMedium where it is one already or holds
        anything."""


@runtime_checkable
class Findable(Protocol):
    """A kind whose media are never known by their place: they are looked for wherever they may be connected."""

    def find(self) -> Iterator[tuple[str, str]]:
        """The identity of each medium of this kind that is connected now, and where it is."""


@runtime_checkable
class Mending(Protocol):
    """A medium on which single files of a copy can be put right."""

    def mend(self, package: Package, paths: Iterable[str], aside: str) -> None:
        """Write these files of a copy again from `package.root`; what lay there is kept below `quarantine/<aside>`.

        A path that the package does not have is only put aside.
        """


@runtime_checkable
class Ranged(Protocol):
    """A medium of which a part of a file can be read without the rest."""

    def read_range(self, copy: CopyRef, path: PurePosixPath, start: int, length: int | None) -> BinaryIO:
        """The bytes of a file from `start` on, all or `length` of them, no more than there are. Raises CopyUnknown."""


class Records(Protocol):
    """What is kept on a medium beside its packages, by names with `/`."""

    def put(self, name: str, source: Path) -> bool:
        """Send a new record; False where the same is there. Of many at once one wins. Raises CopyExists."""

    def replace(self, name: str, source: Path) -> None:
        """Send a file as the record of that name, whatever lies there."""

    def open(self, name: str) -> BinaryIO:
        """The bytes of a record. Raises CopyUnknown."""

    def names(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """Every record whose name begins so, and its bytes."""

    def drop(self, name: str) -> None:
        """Let a record go that another one holds too."""

    def erase(self, prefix: str) -> None:
        """Remove every version of the records whose names begin so; somebody decided it. Raises NotErasable."""


@runtime_checkable
class Recording(Protocol):
    """A medium that keeps records beside packages: an archive can work on it alone."""

    @property
    def records(self) -> Records:
        """Its records."""


@runtime_checkable
class Locking(Protocol):
    """A medium that tells what is left of a copy, and until when it refuses to let go of it."""

    def left(self, copy: CopyRef) -> tuple[int, str]:
        """How many things of a copy are there, and until when one is locked (RFC 3339, or empty)."""
