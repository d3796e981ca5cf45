"""What `preserve.toml` holds: one model a table, each key with its meaning."""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from preserve.errors import Refused

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


class CatalogueAt(BaseModel):
    """`[catalogue]`: a PostgreSQL database that holds the catalogue, in place of a file in the home.

    The password never stands here: it comes from `password_file`, which only its owner may read, or from `~/.pgpass`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    url: str = Field(description="postgresql://user@host:port/database, with parameters of libpq, without a password")
    schema_name: str = Field(
        "", alias="schema", pattern=r"^([a-z_][a-z0-9_]{0,37})?$", description="schema; empty: by the archive's id"
    )
    password_file: str = Field("", description="file with the password, relative to the home or absolute")
    kept_days: int = Field(
        35, ge=0, description="for how many days the server's backups and archived log are kept; tombstones say it"
    )
    sealer: bool = Field(False, description="one process alone has the key and signs: `preserve sealer`")

    @model_validator(mode="after")
    def _without_secret(self) -> CatalogueAt:
        try:
            parts = urlsplit(self.url)
            secret = parts.password is not None or "password" in parse_qs(parts.query)
        except ValueError as error:
            raise ValueError("url is no address") from error
        if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
            raise ValueError("url must be postgresql://user@host:port/database")
        if secret:
            raise ValueError("no password stands in url: name a password_file, or use ~/.pgpass")
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

    @model_validator(mode="after")
    def _reachable(self) -> ObjectStore:
        try:
            parts = urlsplit(self.endpoint)
            known = parts.scheme in ("http", "https") and parts.hostname is not None and parts.port != 0
        except ValueError:  # a port that is none
            known = False
        if self.endpoint and not known:
            raise ValueError("endpoint must be http://host:port or https://host:port")
        return self

    @property
    def location(self) -> str:
        """What it is called in messages and in the inventory."""
        return f"{self.endpoint}/{self.bucket}/{self.prefix}".strip("/")


class Pool(BaseModel):
    """`[pool]`: where recordings come from that no case names yet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stations: tuple[str, ...] = Field(
        (), description="folders of collection stations, relative to the home or absolute; they are only read"
    )


class Monitor(BaseModel):
    """`[metrics]`: where a monitor may ask the service for figures; nothing of a case is among them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    listen: str = Field("", description="address and port, or unix:/path/of/a/socket; empty: nobody is answered")
    token_file: str = Field("", description="file with a token that who asks must show; none needed on this machine")


class Reading(BaseModel):
    """`[reading]`: when files are read by machine; what a machine reads is an aid for finding, and never evidence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after_ingest: bool = Field(False, description="a case that was taken in is read at once, by the worker")
    hours: str = Field(
        "20:00-06:00",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$",
        description="hours of the day in which `preserve reading run --nightly` begins a file",
    )
    speech_model: str = Field(
        "", description="folder of a speech model, relative to the home or absolute; empty: no transcripts"
    )
    speech_sha256: str = Field(
        "",
        pattern=r"^([0-9a-fA-F]{64})?$",
        description="digest that the model must have, as `preserve doctor` gives it; empty: any",
    )


class Renderer(BaseModel):
    """`[viewing]`: a program of somebody else that draws the pages of a format as a PDF, only to be looked at.

    One line with the program and its arguments will do: `ofd2pdf {source} {target}`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    program: str = Field(min_length=1, description="its path, or a name that is found where programs are")
    arguments: tuple[str, ...] = Field(
        ("{source}", "{target}"),
        description="{source} is the file, {target} the PDF that it shall write; or {folder}, for source.pdf",
    )
    version: tuple[str, ...] = Field((), description="arguments with which it says its version; empty: it does not")
    writes: tuple[Path, ...] = Field((), description="other folders in which it may write; LibreOffice needs /tmp")
    seconds: float = Field(60, gt=0, le=600, description="so long one file may take")
    memory: int = Field(8 << 30, ge=64 << 20, description="bytes of address space that it may take")

    @model_validator(mode="before")
    @classmethod
    def _from_line(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        words = shlex.split(value)  # raises ValueError for a quotation without end
        return {"program": words[0] if words else "", "arguments": tuple(words[1:])}

    @model_validator(mode="after")
    def _has_places(self) -> Renderer:
        said = " ".join(self.arguments)
        if "{source}" not in said or ("{target}" not in said and "{folder}" not in said):
            raise ValueError("arguments must name {source}, and {target} or {folder}")
        return self


class Viewing(BaseModel):
    """`[viewing]`: programs that draw what nothing here can draw; without one, the reading room says so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ofd: Renderer | None = Field(None, description="draws OFD (GB/T 33190)")
    dwg: Renderer | None = Field(None, description="draws drawings in DWG")
    dxf: Renderer | None = Field(None, description="draws drawings in DXF")

    def of(self, suffix: str) -> Renderer | None:
        """The program for files that end so."""
        return {".ofd": self.ofd, ".dwg": self.dwg, ".dxf": self.dxf}.get(suffix)


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
    catalogue: CatalogueAt | None = Field(None, description="where the catalogue lies; nothing: a file in the home")
    fonds: str = Field("", description="code of the fonds that this archive is of, in a house; empty: it is in none")
    signing: Signing | None = Field(None, description="what signs certificates; nothing: none can be made")
    web: Web = Field(default_factory=Web, description="the door for browsers and programs")
    pool: Pool = Field(default_factory=Pool, description="recordings that no case names yet")
    metrics: Monitor = Field(default_factory=Monitor, description="figures for a monitor")
    reading: Reading = Field(default_factory=Reading, description="when files are read by machine")
    viewing: Viewing = Field(default_factory=Viewing, description="programs that draw pages for the reading room")
    logging: Logging = Field(default_factory=Logging, description="how the services log")


def read_settings(text: str, file: Path) -> Settings:
    """The settings in a text, which lies or will lie in the file. Raises Refused."""
    try:
        return Settings(**tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise Refused("home.settings-unreadable", str(file), detail=str(error)) from error
    except ValidationError as error:
        raise Refused("home.settings-wrong", str(file), fields=what_is_wrong(error)) from error


def what_is_wrong(error: ValidationError) -> str:
    """Each field that is wrong, with what is wrong about it; never the value, which may be a secret."""
    said = []
    for one in error.errors(include_input=False, include_url=False):
        field, text = ".".join(map(str, one["loc"])), one["msg"].removeprefix("Value error, ")
        said.append(f"{field}: {text}" if field else text)
    return "; ".join(said)
