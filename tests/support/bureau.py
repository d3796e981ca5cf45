"""A small archive with one case, one request and people of every role, made once in this process."""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import json
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import text

from preserve.administration.appointing import add_person, change_person, delegate
from preserve.administration.duties import FOUNDER, Duty, Role, allows
from preserve.administration.founding import found
from preserve.administration.passwords import log_in, set_password
from preserve.administration.people import Person
from preserve.cli.main import run
from preserve.clock import now
from preserve.data_management import both_logs, cases, ledger, looks
from preserve.data_management.archive import Archive, open_archive
from preserve.data_management.tables import metadata
from preserve.home import acting_person
from preserve.messages import speaking
from preserve.services import requests
from preserve.services.operation import Operation
from preserve.services.requests import Consumer, OpenRequest
from preserve.services.session import Credentials, Session, SystemUser, Token
from tests.support.office import CHEAP, PASSWORD, small_case

_LOG = 1_000_000  # more than either log has in a test
_SECURITY = Person("security", "沈安全", frozenset({Role.SECURITY_ADMINISTRATOR}))
_NAMES = {
    Role.SECURITY_ADMINISTRATOR: "沈安全",
    Role.DEPOSITOR: "周移交",
    Role.ARCHIVIST: "吴档案",
    Role.EXAMINER: "王审核",
    Role.HEAD: "李局长",
    Role.AUDITOR: "宋审计",
    Role.SYSTEM_ADMINISTRATOR: "石系统",
}


@dataclass(frozen=True)
class Asker:
    """Somebody who asks: what they show, the account that the ledger must name, and what they may do."""

    credentials: Credentials
    account: str
    roles: frozenset[Role]
    recognised: bool = True
    deputy: bool = False

    def may(self, duties: Sequence[Duty]) -> bool:
        """Whether one of these duties is theirs, or none is asked for; whoever is not recognised may nothing."""
        if not self.recognised or not duties:
            return self.recognised
        return any(allows(self.roles, duty) or (self.deputy and duty in (Duty.DECIDE, Duty.ANSWER)) for duty in duties)


@dataclass(frozen=True)
class Bureau:
    """The archive, its people by what they are, its case, and a folder for what operations write."""

    archive: Archive
    askers: Mapping[str, Asker]
    case: str
    objid: str
    file: str
    request: str
    folder: Path

    def session(self, asker: Asker) -> Session:
        """The dealings of one of them with the archive."""
        return Session(asker.credentials, opened=self.archive, opened_home=self.archive.home)

    def entries(self, after: int = 0) -> list[dict[str, Any]]:
        """What came into both logs since `size` gave `after`, in the order of time."""
        deeds, seen = divmod(after, _LOG)
        with self.archive.catalogue.read() as connection:
            since = both_logs.merged(ledger.entries(connection, deeds + 1), looks.entries(connection, seen + 1))
            return [entry.data for entry in since]

    def size(self) -> int:
        """How far both logs are, in one number."""
        with self.archive.catalogue.read() as connection:
            return ledger.size(connection) * _LOG + looks.size(connection)

    def state(self) -> dict[str, str]:
        """A digest of every table and file, but for both logs and what is signed over them."""
        digests = {}
        with self.archive.catalogue.read() as connection:
            for name in sorted(set(metadata.tables) - {"ledger", "looks", "checkpoints", "looks_checkpoint", "tiles"}):
                rows = sorted(map(repr, connection.execute(text(f'SELECT * FROM "{name}"')).all()))
                digests[name] = hashlib.sha256("\n".join(rows).encode("utf-8", "surrogateescape")).hexdigest()
        for root in (self.archive.home.path, self.folder):
            for path in sorted(root.rglob("*")):
                place = path.relative_to(root)
                if path.is_file() and not (
                    place.parts[:2] == ("store", "ledger") or path.name.startswith("catalogue.")
                ):
                    status = path.stat()
                    digests[str(place)] = f"{status.st_ino} {status.st_size} {status.st_mtime_ns}"
        return digests


def make_bureau(folder: Path) -> Bureau:
    """Found the archive, appoint everybody, take one case in, and enter a request for it."""
    path = folder / "home"
    found(path, institution="临江市文化和旅游局", policy="lossless", store=None, digests=["sha256"], language="zh")
    small_case(folder / "case")
    with speaking("zh"):
        assert run(["--home", str(path), "--json", "ingest", str(folder / "case")]) == 0
    archive = open_archive(path)
    with patch("preserve.administration.passwords.hash_password", CHEAP.hash):
        askers = _appoint(archive)
    with archive.catalogue.read() as connection:
        (row,) = cases.list_cases(connection)
    paper = folder / "调取证据通知书.pdf"
    paper.write_bytes(b"%PDF-1.4\n")
    wish = OpenRequest(
        Consumer(name="张法官", capacity="court"), [row.case_number], "举证", [("调取证据通知书", paper)]
    )
    founder = Session(askers["founder"].credentials, opened=archive, opened_home=archive.home)
    opened = requests.open_request(founder, wish)
    described = json.loads((folder / "case" / "case.json").read_text(encoding="utf-8"))
    file = next(item["file"] for item in described["objects"] if item["file"].endswith(".pdf"))
    out = folder / "out"
    out.mkdir()
    return Bureau(archive, askers, row.case_number, row.objid, file, opened.number, out)


def _appoint(archive: Archive) -> dict[str, Asker]:
    catalogue, moment = archive.catalogue, now()
    founder = Person(acting_person(), acting_person(), FOUNDER, founder=True)
    askers = {"founder": Asker(SystemUser(acting_person()), acting_person(), FOUNDER)}

    def appoint(name: str, person: str, role: Role, os_user: str = "") -> Asker:
        by = founder if role is Role.SECURITY_ADMINISTRATOR else _SECURITY
        first = add_person(catalogue, name, person=person, roles=[role.value], os_user=os_user, actor=by, moment=moment)
        set_password(catalogue, name, first, PASSWORD, moment)
        token, _ = log_in(catalogue, name, PASSWORD, moment)
        return Asker(Token(token), name, frozenset({role}))

    accounts = {Role.SECURITY_ADMINISTRATOR: "security"}
    for role, person in _NAMES.items():
        askers[role.value] = appoint(accounts.get(role, role.value.partition("-")[0]), person, role)
    deputy = appoint("deputy", "赵审核", Role.EXAMINER)
    head = Person("head", _NAMES[Role.HEAD], frozenset({Role.HEAD}))
    until = moment + timedelta(days=30)
    delegate(catalogue, "deputy", since=moment, until=until, reason="出差", actor=head, moment=moment)
    askers["deputy of the head"] = replace(deputy, deputy=True)
    appoint("away", "钱离岗", Role.ARCHIVIST, os_user="qian")
    change_person(catalogue, "away", roles=None, os_user=None, state="suspended", actor=_SECURITY, moment=moment)
    askers["suspended"] = Asker(SystemUser("qian"), "qian", frozenset(), recognised=False)
    askers["nobody"] = Asker(None, "", frozenset(), recognised=False)
    return askers


def arguments_of(operation: Operation[..., Any], bureau: Bureau, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments for an operation: those chosen, and for what else it requires something of the right type."""
    hints = typing.get_type_hints(operation.run)
    parameters = list(inspect.signature(operation.run).parameters.values())[1:]
    arguments = dict(chosen)
    for parameter in parameters:
        if parameter.default is parameter.empty and parameter.name not in arguments:
            arguments[parameter.name] = _something(hints[parameter.name], parameter.name, bureau.folder)
    return arguments


_PLAIN: dict[Any, Any] = {str: "x", int: 1, float: 1.0, bool: False, bytes: b"", date: date(2026, 1, 5)}


def _something(kind: Any, name: str, folder: Path) -> Any:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind is Path:
        return folder / name
    if origin is typing.Annotated:
        return _something(inner[0], name, folder)
    if origin is typing.Literal:
        return inner[0]
    if origin in (typing.Union, types.UnionType):
        return None if type(None) in inner else _something(inner[0], name, folder)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {}
    if isinstance(origin, type) and issubclass(origin, (Sequence, frozenset, set)):
        return () if origin is not list else []
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        required = [field for field in dataclasses.fields(kind) if _is_required(field)]
        return kind(**{field.name: _something(hints[field.name], field.name, folder) for field in required})
    if isinstance(kind, type) and hasattr(kind, "model_fields"):
        needed = {key: field for key, field in kind.model_fields.items() if field.is_required()}
        return kind(**{key: _something(field.annotation, key, folder) for key, field in needed.items()})
    raise TypeError(f"{name}: no example of {kind}; choose one in the table")


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
