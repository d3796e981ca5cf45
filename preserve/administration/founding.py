"""Founds an archive: home, settings, keys, catalogue, server store, and the ledger's first entries."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ulid import ULID

from preserve import kept_records
from preserve.administration.signing.authority import make_test_authority
from preserve.administration.sites import clear, is_store_of, publish_site, site
from preserve.archival_storage.media import establish_store, register_store, server_store, store_identity
from preserve.clock import now
from preserve.data_management import checkpoints, ledger, sealing
from preserve.data_management.database import create_catalogue, open_catalogue, place_of
from preserve.data_management.successors import forget
from preserve.errors import Conflict, PreserveError
from preserve.home import Home, acting_person, given_catalogue, open_home
from preserve.outputs import check_folder
from preserve.profiles import locate
from preserve.settings import SETTINGS, ObjectStore, read_settings
from storage_adapters.directory import MARKER
from storage_adapters.durable import discard, drop_file, write_file

POLICY = "storage.toml"


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


@dataclass(frozen=True, slots=True)
class Member:
    """The fonds of which an archive is to be, and as whom a house founds it: `house:` and an account of the house.

    No user of the machine can have such a name, so the archive's founder can never act in it.
    """

    code: str
    founder: str


def found(
    path: Path,
    *,
    institution: str,
    policy: str,
    store: Path | ObjectStore | None,
    digests: Sequence[str],
    language: str,
    extras: Extras = NO_EXTRAS,
) -> Founded:
    """Make a home at `path`, whole or not at all.

    Raises Refused where something lies there already, Busy while another run makes one there.
    """
    plan = Plan(
        _new_id(),
        institution,
        policy,
        store,
        digests,
        language,
        catalogue=extras.catalogue or given_catalogue(),
        test_authority=extras.test_authority,
    )
    return _make(path, plan, acting_person())


def found_member(path: Path, institution: str, like: Home, member: Member) -> Founded:
    """Make the home of a fonds in a house, with the policy, digests and language of another one. Raises as `found`.

    Who founded it is nobody of the machine: only who is appointed may act.
    """
    given = like.settings
    at = given.catalogue
    plan = Plan(
        _new_id(),
        institution,
        given.policy,
        # In the same bucket, below keys of its own; in a folder of its own home.
        None if isinstance(given.store, str) else given.store.model_copy(update={"prefix": "", "folder": "store"}),
        given.digests,
        given.language,
        fonds=member.code,
        catalogue=at.url if at else given_catalogue(),
        # The same role of the same database: its password is where it is, and nowhere twice.
        password_file=str((like.path / at.password_file).absolute()) if at and at.password_file else "",
    )
    return _make(path, plan, member.founder)


def _new_id() -> str:
    return str(ULID()).lower()


def _make(path: Path, plan: Plan, founder: str) -> Founded:
    store = plan.store
    if isinstance(store, Path):  # which may be a folder that is there already
        check_folder(store.parent, None)
        if (store / SETTINGS).exists():
            raise Conflict("home.exists", str(store))
    with site(path, "founding") as building:
        _take_back(building, store if isinstance(store, Path) else None)
        _forget_catalogue(building)
        clear(building)
        try:
            fingerprint = lay_out(building, plan)
            _first_entries(open_home(building), path, fingerprint, founder)
            publish_site(building, path)
        except Exception:
            _forget_catalogue(building)
            raise
    home = open_home(path)
    return Founded(home, store_identity(home), fingerprint)


def _forget_catalogue(building: Path) -> None:
    """What was made on a server for an archive which never came to be goes; its name is no other archive's."""
    with contextlib.suppress(PreserveError):  # nothing was made yet, or the server is away
        forget(open_home(building))


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
    store: Path | ObjectStore | None = None
    digests: Sequence[str] = ("sha256",)
    language: str = "zh"
    former: Mapping[str, bytes] = field(default_factory=dict)
    catalogue: str = ""
    password_file: str = ""
    test_authority: bool = False
    fonds: str = ""


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
    ]
    if plan.fonds:
        lines.append(f'fonds = "{plan.fonds}"')
    if isinstance(plan.store, ObjectStore):
        write_file(folder / "profiles" / POLICY, _policy_of(plan.store.kind).encode(), durable=True)
    else:
        lines.append(f"store = {_quoted(str(plan.store) if plan.store else 'store')}")
    fingerprint = checkpoints.create_keys(folder / "keys")
    if plan.catalogue:
        lines += ["", "[catalogue]", f"url = {_quoted(plan.catalogue)}"]
        if plan.password_file:
            lines.append(f"password_file = {_quoted(plan.password_file)}")
    if plan.test_authority:
        signing = make_test_authority(folder / "keys", plan.institution, now()).model_dump(exclude_defaults=True)
        lines += ["", "[signing]", *(f"{name} = {_quoted(value)}" for name, value in signing.items())]
    if isinstance(plan.store, ObjectStore):
        # Each archive has keys of its own in the bucket: what a run that was killed left there is in nobody's way.
        away = {"prefix": f"{plan.archive_id}/", **plan.store.model_dump(exclude_defaults=True)}
        lines += ["", "[store]", *(f"{name} = {_quoted(value)}" for name, value in away.items())]
    for name, key in plan.former.items():
        write_file(folder / "keys" / "former" / f"{name}.pub", key, durable=True)
    text = "\n".join(lines) + "\n"
    # The settings come last in the home, and say where the catalogue is to be made.
    create_catalogue(place_of(Home(folder, read_settings(text, folder / SETTINGS)))).close()
    write_file(folder / SETTINGS, text.encode(), durable=True)
    return fingerprint


def _policy_of(kind: str) -> str:
    """The shipped storage policy, with the home's store of this kind: read all the time, as a server's folder is."""
    text = locate(POLICY).read_text(encoding="utf-8").replace('kind = "directory"', f'kind = "{kind}"')
    every_day = f"[audit.{kind}]\ndays = 0\nshare = 1.0\n"
    return re.sub(rf"\[audit\.{kind}\]\n(?:[^\[\n]+\n)+", every_day, text)


def _quoted(text: str) -> str:
    """A TOML basic string."""
    if any(ord(c) < 32 for c in text):
        raise PreserveError("home.settings-wrong", fields="institution")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _first_entries(home: Home, path: Path, fingerprint: str, person: str) -> None:
    """The store, and what the ledger begins with; `path` is where the home will be."""
    final = Home(path.resolve(), home.settings)
    establish_store(home)
    write_file(home.store / "ledger" / "ledger.pub", (home.keys / "ledger.pub").read_bytes(), durable=True)
    kept_records.keep(home.store / "ledger" / "ledger.pub", changes=True)
    catalogue = open_catalogue(home)
    moment = now()
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
