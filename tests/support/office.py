"""An archive with one case and the people of a bureau, each with a token; the founder is the archivist."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from argon2 import PasswordHasher

from demo.make_case import make_case
from preserve.administration.appointing import add_person
from preserve.administration.passwords import log_in, set_password
from preserve.administration.people import recognise
from preserve.clock import now
from preserve.data_management import both_logs
from preserve.data_management.database import open_catalogue
from preserve.home import acting_person, open_home
from tests.support.program import Archive, found

STAFF = {
    "security": ("沈安全", "security-administrator"),
    "system": ("石系统", "system-administrator"),
    "auditor": ("宋审计", "auditor"),
    "wang": ("王审核", "examiner"),
    "zhao": ("赵审核", "examiner"),
    "head": ("李局长", "head"),
    "depositor": ("周移交", "depositor"),
}
PASSWORD = "long-enough-and-not-the-name"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""A hash says by itself what it costs to verify: the tokens of a whole bureau need not take five seconds."""


@dataclass(frozen=True)
class Office:
    """The archive, the case in it, and a token for each of the staff."""

    archive: Archive
    case: str
    tokens: Mapping[str, str]
    papers: Path

    def run(self, who: str, *arguments: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
        """A command as one of the staff, or as the founder where `who` is empty."""
        return self.archive.run(*arguments, lang=lang, token=self.tokens[who] if who else "")

    def json(self, who: str, *arguments: str) -> dict[str, Any]:
        """Its document; it must have succeeded."""
        done = self.run(who, "--json", *arguments)
        document: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == 0, document
        return document

    def paper(self, kind: str) -> str:
        """A scanned document as `--paper` takes it."""
        file = self.papers / f"{kind}.pdf"
        if not file.exists():
            file.write_bytes(b"%PDF-1.4\n" + kind.encode())
        return f"{kind}={file}"

    def open(self, capacity: str = "court", name: str = "张法官", *more: str) -> str:
        """A request for the whole case, with the papers that its capacity asks for; its number."""
        kinds = {"court": ["调取证据通知书"], "party": ["身份证明"], "lawyer": ["身份证明", "授权委托书"]}.get(
            capacity, []
        )
        papers = [word for kind in kinds for word in ("--paper", self.paper(kind))]
        made = self.json(
            "",
            "request",
            "open",
            "--capacity",
            capacity,
            "--name",
            name,
            "--case",
            self.case,
            "--purpose",
            "举证",
            *papers,
            *more,
        )
        return str(made["number"])

    def approved(self, *more: str) -> str:
        """A request of a court that went all the way to approval."""
        number = self.open("court", "张法官", *more)
        self.json("wang", "request", "examine", number)
        self.json("head", "request", "approve", number)
        return number

    def log(self) -> list[dict[str, Any]]:
        """Every entry of the ledger and every look, read without leaving one there."""
        catalogue = open_catalogue(open_home(self.archive.home))
        with catalogue.read() as connection:
            entries = [json.loads(entry.text) for entry in both_logs.entries(connection)]
        catalogue.close()
        return entries


def staff(archive: Archive, names: Collection[str] = tuple(STAFF)) -> dict[str, str]:
    """Appoint everyone, or those named; the founder appoints the security administrator, who appoints the others."""
    with patch("preserve.administration.passwords.hash_password", CHEAP.hash):
        return _appointed(archive, names)


def _appointed(archive: Archive, names: Collection[str]) -> dict[str, str]:
    catalogue = open_catalogue(open_home(archive.home))
    moment = now()
    tokens: dict[str, str] = {}
    for name, (person, role) in STAFF.items():
        if name not in (*names, "security"):
            continue
        with catalogue.read() as connection:
            by = recognise(connection, acting_person(), tokens.get("security"), moment)
        first = add_person(catalogue, name, person=person, roles=[role], os_user="", actor=by, moment=moment)
        set_password(catalogue, name, first, PASSWORD, moment)
        tokens[name], _ = log_in(catalogue, name, PASSWORD, moment)
    catalogue.close()
    return tokens


@cache
def _made_once(today: date | None) -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="small-case-")  # goes with this process
    make_case(Path(folder.name) / "case", small=True, today=today)
    return folder


def small_case(folder: Path, today: date | None = None) -> Path:
    """The small case in a folder of its own: drawn and filmed once by each test process, then copied with its times."""
    shutil.copytree(Path(_made_once(today).name) / "case", folder)
    return folder


def make_office(folder: Path, *options: str, today: date | None = None, **changes: Any) -> Office:
    """The archive with one small case, and its people.

    `today`: as if made then; `changes` go into the description, functions of what stands there too.
    """
    archive = found(folder / "home", *options)
    small_case(folder / "case", today)
    description = folder / "case" / "case.json"
    told = json.loads(description.read_text(encoding="utf-8"))
    told |= {name: value(told.get(name)) if callable(value) else value for name, value in changes.items()}
    description.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    done = archive.run("--json", "ingest", str(folder / "case"))
    assert done.returncode == 0, done.stdout + done.stderr
    number = archive.json("list")["cases"][0]["case_number"]
    papers = folder / "papers"
    papers.mkdir()
    return Office(archive, number, staff(archive), papers)
