"""The archive's own directory: settings, keys, paths. With `locales`, the only room that reads the environment.

A home holds `preserve.toml` (settings), `catalogue.sqlite`, `keys/`, `work/` (scratch of running ingests),
`log/`, `profiles/` (this bureau's own rules, which go before the shipped ones) and, unless the settings
name another place, `store/`, the server store.
"""

from __future__ import annotations

import os
import pwd
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from preserve.errors import PreserveError, Refused, UsageError

SETTINGS = "preserve.toml"


class Signing(BaseModel):
    """`[signing]`: what signs certificates; a PKCS#12 file, or a key on a PKCS#11 token.

    Paths are relative to the home or absolute. Password and PIN never stand here: they come from `password_file`,
    which only its owner may read, or from the environment.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str = Field("", description="PKCS#12 file with certificate and key (.p12, .pfx)")
    module: str = Field("", description="PKCS#11 library of the token's maker (.so)")
    token: str = Field("", description="label of the token")
    certificate: str = Field("", description="label of the certificate on the token")
    key: str = Field("", description="label of the key on the token; empty: the certificate's")
    chain: str = Field("", description="PEM file of the certificates above, up to the root")
    password_file: str = Field("", description="file with the password or PIN")
    warn_days: int = Field(60, ge=0, description="how many days before it expires the certificate is told of")

    @model_validator(mode="after")
    def _one(self) -> Signing:
        if bool(self.file) == bool(self.module):
            raise ValueError("either file or module")
        if self.module and not (self.token and self.certificate):
            raise ValueError("module needs token and certificate")
        return self


class Oidc(BaseModel):
    """`[web.oidc]`: the bureau's OpenID Connect provider, by which people may log in; roles stay ours.

    Only this address is ever asked: discovery, keys and tokens must be below the issuer's own scheme, host and port.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(description="the provider's own name, an https address; http only on this machine")
    client_id: str = Field(min_length=1, description="as what the archive is known to the provider")
    client_secret_file: str = Field("", description="file with the secret, relative to the home or absolute")
    claim: str = Field("preferred_username", min_length=1, description="claim that holds the account's name here")
    ca_file: str = Field("", description="PEM file of the authority of the provider's certificate, where it is its own")
    name: str = Field("", max_length=40, description="what the button on the login page calls it")

    @model_validator(mode="after")
    def _safe(self) -> Oidc:
        parts = urlsplit(self.issuer)
        here = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not parts.hostname or not (parts.scheme == "https" or here):
            raise ValueError("issuer must be an https address")
        if parts.query or parts.fragment or parts.username is not None:
            raise ValueError("issuer has neither query nor fragment nor user")
        return self


class Web(BaseModel):
    """`[web]`: the door for browsers and for the systems around the archive. Addresses and folders stand only here.

    No page can change them, so nobody makes the archive fetch or read what its host did not name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    listen: str = Field("127.0.0.1:8480", description="address and port, or unix:/path/of/a/socket")
    hosts: tuple[str, ...] = Field((), description="names by which browsers may ask, beside the one of `listen`")
    certificate: str = Field("", description="PEM file of the TLS certificate and its chain")
    key: str = Field("", description="PEM file of its private key")
    proxies: tuple[str, ...] = Field((), description="addresses of proxies whose word on who asks is taken")
    inbox: tuple[str, ...] = Field((), description="folders in which deposits arrive, relative to the home or absolute")
    group: str = Field("", description="group of the archive's user and of the door's, where these are two")
    upload_bytes: int = Field(200 << 30, ge=0, description="so large may one deposit through the browser be")
    webhook: str = Field("", description="file that names where news of deposits and jobs is sent, and the secret")
    oidc: Oidc | None = Field(None, description="the bureau's OpenID Connect provider; nothing: our passwords alone")


class ObjectStore(BaseModel):
    """`[store]`: packages and records in an object store instead of a folder of this machine.

    Credentials never stand here: the adapter's library knows where they are. What is under construction, and a copy of
    the records, lie in `folder` on this machine.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(min_length=1, description="adapter of the store, one that is always on line: s3")
    bucket: str = Field(min_length=1, description="name of the bucket")
    endpoint: str = Field("", description="URL of the S3 interface; empty: the one that boto3 is configured for")
    prefix: str = Field("", description="keys of this archive begin so")
    folder: str = Field("store", description="folder of this machine, relative to the home or absolute")

    @property
    def location(self) -> str:
        """What it is called in messages and in the inventory."""
        return f"{self.endpoint}/{self.bucket}/{self.prefix}".strip("/")


class Monitor(BaseModel):
    """`[metrics]`: where a monitor may ask the service for figures; nothing of a case is among them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    listen: str = Field("", description="address and port, or unix:/path/of/a/socket; empty: nobody is answered")
    token_file: str = Field("", description="file with a token that who asks must show; none needed on this machine")


class Logging(BaseModel):
    """`[logging]`: how the services tell of what happens, on stderr."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: Literal["text", "json"] = Field("text", description="text for people, or one JSON object a line")


class Settings(BaseModel):
    """What `preserve.toml` holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    archive_id: Annotated[str, Field(min_length=1, description="identifies this installation; never changes")]
    institution: Annotated[str, Field(min_length=1, description="the agency that keeps the archive")]
    language: Literal["zh", "en"] = "zh"
    time_zone: str = "Asia/Shanghai"
    policy: Literal["lossless", "compact"] = "lossless"
    digests: tuple[Literal["sha256", "sha512", "sm3"], ...] = ("sha256",)
    store: str | ObjectStore = Field(
        "store", description="server store: a path, relative to the home or absolute; or a table, an object store"
    )
    reserve: int = Field(1 << 30, ge=0, description="bytes that must stay free on the store")
    state_secrets: bool = Field(False, description="this installation is declared for state secrets")
    clamd: str = Field("", description="socket of clamd; empty: no virus scan, and every report says so")
    fonds: str = Field("", description="code of the fonds that this archive is of, in a house; empty: it is in none")
    signing: Signing | None = Field(None, description="what signs certificates; nothing: none can be made")
    web: Web = Field(default_factory=Web, description="the door for browsers and programs")
    metrics: Monitor = Field(default_factory=Monitor, description="figures for a monitor")
    logging: Logging = Field(default_factory=Logging, description="how the services log")


_away: dict[Path, Home] = {}


@dataclass(frozen=True, slots=True)
class Home:
    """One archive on this machine."""

    path: Path
    settings: Settings

    def __post_init__(self) -> None:
        if self.away is not None:
            _away[self.store] = self

    @property
    def away(self) -> ObjectStore | None:
        """The object store that has packages and records; None where the store is a folder."""
        return None if isinstance(self.settings.store, str) else self.settings.store

    @property
    def store(self) -> Path:
        """The server store's folder; of an object store the one that has what is built, and a copy of the records."""
        store = self.settings.store
        return (self.path / (store if isinstance(store, str) else store.folder)).resolve()

    @property
    def store_place(self) -> str:
        """Where the store is, in messages and in the inventory."""
        return str(self.store) if self.away is None else self.away.location

    @property
    def store_identity(self) -> str:
        """The identity of the home's server store, as its marker says."""
        return f"store-{self.settings.archive_id}"

    @property
    def catalogue(self) -> Path:
        """The catalogue's SQLite file."""
        return self.path / "catalogue.sqlite"

    @property
    def keys(self) -> Path:
        """The folder of the signing keys; only its owner may read it."""
        return self.path / "keys"

    @property
    def work(self) -> Path:
        """Scratch of running ingests, one folder each."""
        return self.path / "work"

    @property
    def profiles(self) -> Path:
        """This bureau's own profiles; they go before the shipped ones."""
        return self.path / "profiles"

    @property
    def waiting(self) -> Path:
        """What waits to be taken in: a folder a deposit, with what people wrote about it."""
        return self.path / "inbox" / ".web"

    @property
    def outbox(self) -> Path:
        """What jobs made for somebody to fetch, a folder a job."""
        return self.path / "outbox"

    @property
    def log(self) -> Path:
        """The folder of the run logs, for an auditor."""
        return self.path / "log"


HOUSE = "house.toml"
_CODE = re.compile(r"[a-z](?:-?[a-z0-9]){0,31}")
"""What the code of a fonds looks like: it becomes part of folders and addresses."""


class House(BaseModel):
    """`house.toml`: archives of several fonds beside each other. Where nothing is said, `register` has the settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    house_id: Annotated[str, Field(min_length=1, description="identifies this house; never changes")]
    host: str = Field("", description="CODE.host is the address of a fonds in browsers; empty: /f/CODE/ alone")


def is_fonds_code(text: str) -> bool:
    """Whether this may be the code of a fonds."""
    return _CODE.fullmatch(text) is not None


def read_house(path: Path) -> House:
    """The settings of a house. Raises UsageError where there is none, Refused where they are wrong."""
    try:
        return House(**tomllib.loads((path / HOUSE).read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError("house.none", str(path)) from None
    except (ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused("house.settings-wrong", str(path / HOUSE), detail=str(error)) from error


def home_in_house(house: Path, code: str = "") -> Path:
    """The home of a fonds in a house, or that of the house itself. Raises UsageError where there is no such place."""
    read_house(house)
    if not code:
        return house / "register"
    if not is_fonds_code(code):
        raise UsageError("house.no-fonds", code)
    home = house / "fonds" / code
    if not (home / SETTINGS).is_file():
        raise UsageError("house.no-fonds", code)
    return home


def home_of_record(path: Path) -> Home | None:
    """The home whose object store keeps this record of its folder too; None where the folder is the store."""
    if not _away:
        return None
    return next((_away[top] for top in path.parents if top in _away), None)


def default_path() -> Path:
    """`PRESERVE_HOME`, else `~/.local/share/preserve`."""
    named = os.environ.get("PRESERVE_HOME")
    return Path(named) if named else _own_folder() / ".local" / "share" / "preserve"


def cache_path() -> Path:
    """The folder of what can be computed again: `preserve` in `XDG_CACHE_HOME`, else in `~/.cache`."""
    named = os.environ.get("XDG_CACHE_HOME")
    return (Path(named) if named else _own_folder() / ".cache") / "preserve"


def state_path() -> Path:
    """The folder of what a user's command leaves for the next: `preserve` in `XDG_STATE_HOME`, else in `~/.local`."""
    named = os.environ.get("XDG_STATE_HOME")
    return (Path(named) if named else _own_folder() / ".local" / "state") / "preserve"


def _own_folder() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        raise UsageError("home.no-folder", acting_person()) from None


def acting_person() -> str:
    """The operating-system user on whose behalf this runs: the kernel's answer, and nothing from the environment.

    A user without an entry is `uid:1234`. No entry can have that name, since the colon parts the fields of
    passwd(5), so nobody becomes somebody else when a directory of users cannot be reached.
    """
    user = os.geteuid()
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"uid:{user}"


def given_token() -> str | None:
    """The token by which somebody else than the operating-system user acts (`PRESERVE_TOKEN`), as it is given.

    None where it is not set. An empty one is returned as such: it is the token of nobody, and not the same as none.
    """
    return os.environ.get("PRESERVE_TOKEN")


def forget_secrets() -> None:
    """Take token and password out of this process's environment: for processes that have no use for them."""
    for name in ("PRESERVE_TOKEN", "PRESERVE_SIGNING_PASSWORD"):
        os.environ.pop(name, None)


def given_signing_password() -> str:
    """The password or PIN of the signing key (`PRESERVE_SIGNING_PASSWORD`), or nothing."""
    return os.environ.get("PRESERVE_SIGNING_PASSWORD", "")


def logs_to_journal(descriptor: int) -> bool:
    """Whether what is written to a descriptor goes to systemd's journal (`JOURNAL_STREAM`, systemd.exec(5))."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return False
    return os.environ.get("JOURNAL_STREAM", "") == f"{found.st_dev}:{found.st_ino}"


def open_home(path: Path) -> Home:
    """Read a home. Raises UsageError where there is none, Refused where its settings are wrong."""
    file = path / SETTINGS
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError("home.none", str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused("home.settings-unreadable", str(file), detail=str(error)) from error
    except OSError as error:
        raise PreserveError("home.unreadable", str(file), reason=error.strerror or str(error)) from error
    try:
        return Home(path.resolve(), Settings(**data))
    except ValidationError as error:
        fields = "; ".join(".".join(map(str, e["loc"])) + ": " + e["msg"] for e in error.errors())
        raise Refused("home.settings-wrong", str(file), fields=fields) from error
