"""Folders in which one version of a package is made: each attempt at it has its own, which no other one writes into.

An attempt may be stopped at any instruction, lose its lease, and wake up when another has taken over. It asks for the
lease before it publishes anything, but not before each file that it opens; and where it was stopped after it had asked,
it goes on all the same. So who takes over gives the folder another name, in one step: whatever the former attempt
opens, renames or removes by name from then on is in a folder that nobody looks at. What it still has open are files
that are not whole; they lose their names when the folder is taken over, and are made again.

Each step here looks first what lies there, and then asks whether the work is held: what it saw belongs to no attempt
that comes after this one, so it may go, however late that happens.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from ulid import ULID

from preserve.archival_storage.store import Store
from preserve.errors import Busy, PreserveError
from storage_adapters.durable import PART, discard, drop_file
from storage_adapters.medium_errors import make_folder, on_medium

Held = Callable[[], AbstractContextManager[None]]
"""Within it nobody takes over what this piece of work holds: it was told so, or it raises Busy."""

_GONE = ".gone"
_REMOVED = ".removed"
"""What a removal under a warrant has in hand: it is overwritten first, and nobody else's."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Where one attempt works: the package under construction, what programs make, what was read out of documents."""

    package: Path
    scratch: Path
    texts: Path


def begin(store: Store, work: Path, name: str, identifier: str, held: Held, *, resumed: bool) -> Attempt:
    """The folders of an attempt at the version `name`; `identifier` is that of its row in the journal.

    A `resumed` one gets the finished files of the attempt before it. For the first one all of that name goes: what lies
    there belongs to no journal. The case must be claimed. Raises Busy where another has taken it over meanwhile.
    """
    incoming = store.staging(name).parent
    former, beside = left(incoming, name), _beside(work, identifier)
    packages, texts = _numbered(former, f"{name}.{identifier}"), _numbered(beside, f"{identifier}.texts")
    if resumed and not packages and incoming / name in former:
        packages[0] = incoming / name  # an earlier release began it
    scratch = _numbered(beside, f"{identifier}.scratch")
    number = max([1, *packages, *texts, *scratch]) + 1 if resumed else 1
    attempt = Attempt(
        incoming / f"{name}.{identifier}.{number:04}",
        work / f"{identifier}.scratch.{number:04}",
        work / f"{identifier}.texts.{number:04}",
    )
    with on_medium(attempt.package), held():
        if resumed:
            _take_over(packages, attempt.package)
            if texts:
                _take_over(texts, attempt.texts)
        gone = [_put_aside(folder) for folder in (*former, *beside)]
    _discard(gone)
    if resumed:
        for path in (*attempt.package.rglob(f" *{PART}"), *attempt.texts.glob(f"*{PART}")):
            drop_file(path, path.parent)
    return attempt


def anew(incoming: Path, name: str, held: Held) -> Path:
    """A folder, not made yet, for a copy that no journal knows: a restoring's, a repair's. Each has its own.

    What earlier attempts of that name left goes. The case must be claimed. Raises Busy.
    """
    clear(left(incoming, name), held)
    return incoming / f"{name}.{str(ULID()).lower()}"


def forget_descriptions(package: Path, inner: Path) -> None:
    """Remove all that lies in a package under construction but the files of its representations.

    `inner` is the information package in the bag.
    """
    representations = inner / "representations"
    each = representations.iterdir() if representations.is_dir() else ()
    for folder, kept in ((package, "data"), (inner, "representations"), *((one, "data") for one in each)):
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.name == kept:
                continue
            if path.is_dir() and not path.is_symlink():
                discard(path, package)
            else:
                drop_file(path, package)


def left(incoming: Path, name: str) -> list[Path]:
    """All folders in which a version of that name was made, of whichever attempt."""
    found = [path for path in incoming.glob(f"{name}.*") if path.suffix != _REMOVED]
    return sorted([*found, *([incoming / name] if (incoming / name).is_dir() else [])])


def clear(folders: Iterable[Path], held: Held = nullcontext) -> None:
    """Remove folders of attempts: an attempt its own, or what it saw (`left`) and asks whether it may, as it is `held`.

    They lose their names first: who takes over meanwhile finds a folder whole, or none.
    """
    if folders := tuple(folders):
        with held():
            gone = [_put_aside(folder) for folder in folders]
        _discard(gone)


def clear_all(store: Store, work: Path, name: str, identifier: str, held: Held) -> None:
    """Remove what any attempt of this row of the journal made. Raises Busy where another one works on it by now."""
    clear((*left(store.incoming, name), *_beside(work, identifier)), held)


def clear_beside(work: Path, identifier: str) -> None:
    """Remove what attempts left beside a package that is entered."""
    clear(_beside(work, identifier))


def require_held(held: Held) -> None:
    """Raises Busy where another attempt has taken over: it has the folder, and nothing is wrong with the medium."""
    try:
        with held():
            pass
    except PreserveError as error:
        if error.code == "lease.lost":
            raise


def _beside(work: Path, identifier: str) -> list[Path]:
    """Earlier releases had `IDENTIFIER` and `IDENTIFIER.text` there."""
    return sorted(path for path in work.glob(f"{identifier}*") if path.is_dir())


def _numbered(folders: Iterable[Path], stem: str) -> dict[int, Path]:
    numbered = re.compile(rf"{re.escape(stem)}\.(\d+)")
    return {int(match[1]): path for path in folders if (match := numbered.fullmatch(path.name))}


def _take_over(former: Mapping[int, Path], own: Path) -> None:
    """Give the newest folder this attempt's name, or make one: whoever takes over next counts on from it."""
    try:
        if former:
            os.rename(former[max(former)], own)
        else:
            make_folder(own.parent)
            own.mkdir()
    except (FileNotFoundError, FileExistsError) as error:  # this attempt was stopped just before, for long
        raise Busy("lease.lost", own.name) from error


def _put_aside(folder: Path) -> Path:
    """The same folder under a name that nobody takes over."""
    if folder.suffix == _GONE:
        return folder
    gone = folder.with_name(folder.name + _GONE)
    if gone.exists():
        discard(gone, gone.parent)
    with suppress(FileNotFoundError):  # taken over, or removed by another
        os.rename(folder, gone)
    return gone


def _discard(gone: Iterable[Path]) -> None:
    for folder in gone:
        discard(folder, folder.parent)
