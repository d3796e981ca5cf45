"""A new archive: its home, keys, catalogue and store."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from preserve.administration import founding
from preserve.administration.founding import Extras as Extras
from preserve.errors import UsageError
from preserve.home import default_path
from preserve.services.operation import command
from preserve.services.session import Session
from preserve.settings import CatalogueAt, ObjectStore, what_is_wrong
from storage_adapters.s3 import KIND


@dataclass(frozen=True, slots=True)
class Founded:
    """A new archive; `public_key_sha256` is the fingerprint to write down outside of it."""

    home: Path
    archive_id: str
    store: str
    medium: str
    public_key_sha256: str
    test_authority: bool


@dataclass(frozen=True, slots=True)
class InBucket:
    """Packages and records in a bucket of an object store (S3); `folder` is where this machine works on them."""

    bucket: str
    endpoint: str = ""
    folder: Path | None = None


@command("archive.found", needs="nothing", open_to_all="there is no archive yet whose people could be asked")
def found(
    session: Session,
    institution: str,
    *,
    place: Path | None = None,
    policy: Literal["lossless", "compact"] = "compact",
    store: Path | InBucket | None = None,
    digests: Sequence[str] = (),
    extras: Extras = founding.NO_EXTRAS,
) -> Founded:
    """Make a home at `place`, or at the usual one, whole or not at all; SHA-256 is always among its digests.

    Who starts the process is its founder. Raises Refused where something lies there already, Busy, UsageError for an
    address that is none.
    """
    if extras.catalogue:
        with _named("catalogue.address-wrong"):
            CatalogueAt(url=extras.catalogue)
    founded = founding.found(
        # Made absolute as it is written: a link in it is followed, not replaced.
        Path(os.path.abspath(place or default_path())),
        institution=institution,
        policy=policy,
        store=_store(store),
        digests=("sha256", *(name for name in dict.fromkeys(digests) if name != "sha256")),
        language=session.language,
        extras=extras,
    )
    home = founded.home
    archive, where = home.settings.archive_id, home.store_place
    return Founded(home.path, archive, where, founded.medium, founded.fingerprint, extras.test_authority)


def _store(wanted: Path | InBucket | None) -> Path | ObjectStore | None:
    if isinstance(wanted, InBucket):
        return in_bucket(wanted)
    return None if wanted is None else Path(os.path.abspath(wanted))


def in_bucket(wanted: InBucket) -> ObjectStore:
    """The settings of that store. Raises UsageError for an address that is none."""
    here = {"folder": os.path.abspath(wanted.folder)} if wanted.folder is not None else {}
    with _named("storage.address-wrong"):
        return ObjectStore(kind=KIND, bucket=wanted.bucket, endpoint=wanted.endpoint, **here)


@contextmanager
def _named(code: str) -> Iterator[None]:
    """Before anything is made: no settings are there yet that somebody could correct."""
    try:
        yield
    except ValidationError as error:
        raise UsageError(code, reason=what_is_wrong(error)) from None
