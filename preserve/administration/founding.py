"""Founds an archive: home, settings, keys, catalogue, server store, and the ledger's first entries."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ulid import ULID

from preserve.administration.signing.authority import make_test_authority
from preserve.archival_storage.media import establish_store, register_store, store_identity
from preserve.clock import now
from preserve.data_management import checkpoints, ledger
from preserve.data_management.database import create_catalogue
from preserve.errors import MediumProblem, PreserveError, Refused
from preserve.home import SETTINGS, Home, acting_person, open_home
from preserve.outputs import check_folder
from storage_adapters.durable import discard, make_folder, publish, write_file
from storage_adapters.errors import StorageError


@dataclass(frozen=True, slots=True)
class Founded:
    """A new archive, the identity of its server store, and the fingerprint of its signing key."""

    home: Home
    medium: str
    fingerprint: str


def found(
    path: Path, *, institution: str, policy: str, store: Path | None, digests: Sequence[str], language: str,
    test_authority: bool = False,
) -> Founded:  # fmt: skip
    """Make a home at `path`, whole or not at all; with a test authority for signing where that is asked for.

    Raises Refused where something lies there already.
    """
    fingerprint = lay_out(
        path, archive_id=str(ULID()).lower(), institution=institution, policy=policy, store=store, digests=digests,
        language=language, test_authority=test_authority,
    )  # fmt: skip
    home = open_home(path)
    _first_entries(home, fingerprint)
    return Founded(home, store_identity(home), fingerprint)


def lay_out(
    path: Path, *, archive_id: str, institution: str, policy: str, store: Path | None, digests: Sequence[str],
    language: str, former: Mapping[str, bytes] | None = None, test_authority: bool = False,
) -> str:  # fmt: skip
    """Make a home's files with a new key and an empty catalogue; return the key's fingerprint.

    `former` are public keys (PEM, by fingerprint) that signed this archive's ledger before. Raises Refused.
    """
    if (path / SETTINGS).exists():
        raise Refused("home.exists", str(path))
    # Neither in another archive nor on a medium; the store itself may be a folder that is there already.
    for folder in (path, *([store.parent] if store else [])):
        check_folder(folder, None)
    if path.exists() and (not path.is_dir() or any(os.scandir(path))):
        raise Refused("home.not-empty", str(path))
    try:
        make_folder(path.parent)
        building = path.parent / f".{path.name}.{ULID()}"
        building.mkdir(mode=0o750)
    except OSError as error:
        raise MediumProblem("home.unwritable", str(path), reason=error.strerror or str(error)) from error
    try:
        for name in ("work", "log", "profiles"):
            (building / name).mkdir(mode=0o750)
        lines = [
            f'archive_id = "{archive_id}"',
            f"institution = {_quoted(institution)}",
            f'language = "{language}"',
            f'policy = "{policy}"',
            "digests = [" + ", ".join(f'"{name}"' for name in digests) + "]",
            f"store = {_quoted(str(store) if store else 'store')}",
        ]
        fingerprint = checkpoints.create_keys(building / "keys")
        if test_authority:
            signing = make_test_authority(building / "keys", institution, now()).model_dump(exclude_defaults=True)
            lines += ["", "[signing]", *(f"{name} = {_quoted(value)}" for name, value in signing.items())]
        write_file(building / SETTINGS, ("\n".join(lines) + "\n").encode(), durable=True)
        for name, key in (former or {}).items():
            write_file(building / "keys" / "former" / f"{name}.pub", key, durable=True)
        create_catalogue(building / "catalogue.sqlite").close()
        if path.exists():
            path.rmdir()
        publish(building, path)
    except StorageError:
        discard(building, path.parent)
        raise
    except OSError as error:
        discard(building, path.parent)
        raise MediumProblem("home.unwritable", str(path), reason=error.strerror or str(error)) from error
    return fingerprint


def _quoted(text: str) -> str:
    """A TOML basic string."""
    if any(ord(c) < 32 for c in text):
        raise PreserveError("home.settings-wrong", fields="institution")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _first_entries(home: Home, fingerprint: str) -> None:
    from preserve.data_management.database import open_catalogue

    establish_store(home)
    write_file(home.store / "ledger" / "ledger.pub", (home.keys / "ledger.pub").read_bytes(), durable=True)
    catalogue = open_catalogue(home)
    moment, person = now(), acting_person()
    with catalogue.begin() as connection:
        ledger.append(
            connection,
            action="archive.founded",
            subject=home.settings.archive_id,
            actor=person,
            details={"institution": home.settings.institution, "public_key_sha256": fingerprint},
            moment=moment,
        )
        register_store(connection, home, actor=person, moment=moment)
        checkpoints.checkpoint(connection, home.keys, home.settings.archive_id, moment)
        checkpoints.export_segments(connection, home.store / "ledger")
    catalogue.close()
