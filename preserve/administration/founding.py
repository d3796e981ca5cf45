"""Founds an archive: home, settings, keys, catalogue, server store, and the ledger's first entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ulid import ULID

from preserve.administration.signing.authority import make_test_authority
from preserve.administration.sites import clear, is_store_of, publish_site, site
from preserve.archival_storage.media import establish_store, register_store, server_store, store_identity
from preserve.clock import now
from preserve.data_management import checkpoints, ledger, sealing
from preserve.data_management.database import create_catalogue, open_catalogue, place_of
from preserve.errors import Conflict, PreserveError
from preserve.home import SETTINGS, Home, acting_person, given_catalogue, open_home, read_settings
from preserve.outputs import check_folder
from storage_adapters.directory import MARKER
from storage_adapters.durable import discard, drop_file, write_file


@dataclass(frozen=True, slots=True)
class Founded:
    """A new archive, the identity of its server store, and the fingerprint of its signing key."""

    home: Home
    medium: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Extras:
    """What not every archive has.

    `catalogue` is the address of a PostgreSQL database for the catalogue, which gets a schema by the archive's id, else
    that of `PRESERVE_CATALOGUE`; nothing: a file in the home. `test_authority`: one for signing, to try things out.
    """

    catalogue: str = ""
    test_authority: bool = False


NO_EXTRAS = Extras()


def found(
    path: Path,
    *,
    institution: str,
    policy: str,
    store: Path | None,
    digests: Sequence[str],
    language: str,
    extras: Extras = NO_EXTRAS,
) -> Founded:
    """Make a home at `path`, whole or not at all.

    Raises Refused where something lies there already, Busy while another run makes one there.
    """
    if store is not None:  # which may be a folder that is there already
        check_folder(store.parent, None)
        if (store / SETTINGS).exists():
            raise Conflict("home.exists", str(store))
    with site(path, "founding") as building:
        _take_back(building, store)
        clear(building)
        archive_id = str(ULID()).lower()
        plan = Plan(
            archive_id,
            institution,
            policy,
            store,
            digests,
            language,
            catalogue=extras.catalogue or given_catalogue(),
            test_authority=extras.test_authority,
        )
        fingerprint = lay_out(building, plan)
        _first_entries(open_home(building), path, fingerprint)
        publish_site(building, path)
    home = open_home(path)
    return Founded(home, store_identity(home), fingerprint)


def _take_back(building: Path, store: Path | None) -> None:
    """A store outside that a killed run had marked for an archive which never came to be is free again."""
    try:
        begun = open_home(building)
    except PreserveError:
        return  # it did not get that far
    if store is None or not is_store_of(store, begun.settings.archive_id) or list(server_store(begun).copies()):
        return
    if (store / "ledger").is_dir():
        discard(store / "ledger", store)
    drop_file(store / MARKER, store)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a home's settings say; `former` are public keys (PEM, by fingerprint) that signed its ledger before."""

    archive_id: str
    institution: str
    policy: str = "lossless"  # of a home made out of media, which do not say it: nothing that was made is taken away
    store: Path | None = None
    digests: Sequence[str] = ("sha256",)
    language: str = "zh"
    former: Mapping[str, bytes] = field(default_factory=dict)
    catalogue: str = ""
    test_authority: bool = False


def lay_out(folder: Path, plan: Plan) -> str:
    """Make a home's files with a new key and an empty catalogue in a folder; return the key's fingerprint."""
    for name in ("work", "log", "profiles"):
        (folder / name).mkdir(mode=0o750)
    lines = [
        f'archive_id = "{plan.archive_id}"',
        f"institution = {_quoted(plan.institution)}",
        f'language = "{plan.language}"',
        f'policy = "{plan.policy}"',
        "digests = [" + ", ".join(f'"{name}"' for name in plan.digests) + "]",
        f"store = {_quoted(str(plan.store) if plan.store else 'store')}",
    ]
    fingerprint = checkpoints.create_keys(folder / "keys")
    if plan.catalogue:
        lines += ["", "[catalogue]", f"url = {_quoted(plan.catalogue)}"]
    if plan.test_authority:
        signing = make_test_authority(folder / "keys", plan.institution, now()).model_dump(exclude_defaults=True)
        lines += ["", "[signing]", *(f"{name} = {_quoted(value)}" for name, value in signing.items())]
    for name, key in plan.former.items():
        write_file(folder / "keys" / "former" / f"{name}.pub", key, durable=True)
    text = "\n".join(lines) + "\n"
    # The settings come last in the home, and say where the catalogue is to be made.
    create_catalogue(place_of(Home(folder, read_settings(text, folder / SETTINGS)))).close()
    write_file(folder / SETTINGS, text.encode(), durable=True)
    return fingerprint


def _quoted(text: str) -> str:
    """A TOML basic string."""
    if any(ord(c) < 32 for c in text):
        raise PreserveError("home.settings-wrong", fields="institution")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _first_entries(home: Home, path: Path, fingerprint: str) -> None:
    """The store, and what the ledger begins with; `path` is where the home will be."""
    final = Home(path.resolve(), home.settings)
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
            details={
                "institution": home.settings.institution,
                "public_key_sha256": fingerprint,
                "witness": sealing.HEAD,
            },
            moment=moment,
        )
        register_store(connection, final, actor=person, moment=moment)
    sealing.close_segment(home, catalogue)
    catalogue.close()
    sealing.seal(home)
