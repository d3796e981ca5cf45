"""What belongs into the file about a fonds (全宗卷): papers that the archive has, found and held to the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection

from preserve.access.transfer.procedure import TRANSFERS
from preserve.administration.appraisal import printing as appraisal
from preserve.administration.appraisal.steps import REVIEWS
from preserve.administration.disposal.steps import DISPOSALS, WHICH, kept_register
from preserve.administration.proceedings import Proceeding
from preserve.administration.proceedings.records import Paper, check_paper
from preserve.administration.retention.rules_in_force import applicable_rules
from preserve.data_management import filings, ledger, proceedings
from preserve.data_management.archive import Archive
from preserve.data_management.fonds import CLOSED, RENAMED
from preserve.ingest.handing_in.rooms import rooms
from preserve.messages import say
from preserve.profiles import locate

GROUPS = ("collecting", "arranging", "appraising", "keeping", "counting", "using", "technology")
"""The seven groups of DA/T 12: 收集 整理 鉴定 保管 统计 利用 新技术, in their order."""
_PROFILES = {
    "arranging": ("numbering.toml", "forms.toml", "vocabulary.toml"),
    "appraising": ("retention.toml",),
    "keeping": ("storage.toml", "audit.toml", "media.toml"),
    "using": ("requests.toml",),
    "technology": ("formats.toml", "identification.toml", "planning.toml"),
}


@dataclass(frozen=True, slots=True)
class Gathered:
    """One paper: its group, what it is called, of which day it is, its ending, and what gives its bytes."""

    group: str
    title: str
    day: str
    ending: str
    data: Callable[[], bytes]
    of_archive: bool = False


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Finds the papers of one fonds; `code` is the fonds."""

    archive: Archive
    connection: Connection
    code: str

    def each(self) -> Iterator[Gathered]:
        """Every paper that is there, in the order of groups. Raises NotIntact where one was altered."""
        yield from self._receipts()
        yield from self._transfers()
        yield from self._reviews()
        yield from self._disposals()
        yield from self._rules()

    def _ours(self, objids: tuple[str, ...]) -> bool:
        """Whether any of these cases is filed in the fonds; whole ledgers of cases are asked some hundred at a time."""
        for start in range(0, len(objids), 500):
            if self.code in filings.fonds_of(self.connection, objids[start : start + 500]).values():
                return True
        return False

    def _records(self, kind: Proceeding[Any]) -> Iterator[Any]:
        for row in proceedings.rows(self.connection, kind.kind):
            if self._ours(row.cases):
                yield kind.read(self.connection, self.archive.home, row.number)

    def _receipts(self) -> Iterator[Gathered]:
        for room, record in rooms(self.archive.home):
            path = room.paper("receipt")
            if record.objid and path.is_file() and self._ours((record.objid,)):
                title = say("forms.paper-receipt", number=record.objid)
                yield Gathered("collecting", title, "", ".pdf", path.read_bytes)

    def _transfers(self) -> Iterator[Gathered]:
        for transfer in self._records(TRANSFERS):
            folder = TRANSFERS.folder_of(self.archive.home, transfer.number)
            for paper in _papers_in(transfer):
                path = check_paper(folder, paper)
                title = f"{transfer.number} {Path(paper.original_name).stem}"
                yield Gathered("collecting", title, transfer.prepared[:10], path.suffix, path.read_bytes)

    def _reviews(self) -> Iterator[Gathered]:
        home = self.archive.home
        for review in self._records(REVIEWS):
            profile = applicable_rules(home, self.connection).profile

            def data(review: Any = review, profile: Any = profile) -> bytes:
                return appraisal.as_paper(home, profile, review, self.archive.now())

            title = f"{review.number} {say('retention.review-title')}"
            yield Gathered("appraising", title, review.drawn[:10], ".pdf", data)

    def _disposals(self) -> Iterator[Gathered]:
        for disposal in self._records(DISPOSALS):
            digests = (disposal.register_sha256, disposal.final_sha256, disposal.signed_sha256)
            for which, digest in zip(WHICH, digests, strict=True):
                if not digest:
                    continue
                _, kept = kept_register(self.archive.home, disposal, which)
                title = say("forms.paper-register", number=disposal.number, which=say(f"forms.register-{which}"))
                yield Gathered("appraising", title, disposal.appraised[:10], ".pdf", partial(bytes, kept))

    def _rules(self) -> Iterator[Gathered]:
        for group, names in _PROFILES.items():
            for name in names:
                path = locate(name, self.archive.home.profiles)
                title = say("forms.paper-rules", name=path.stem)
                yield Gathered(group, title, "", ".toml", path.read_bytes, of_archive=True)


def _papers_in(record: BaseModel) -> Iterator[Paper]:
    """Every paper that a record names, wherever it stands in it; each once."""
    seen: set[str] = set()
    waiting: list[Any] = [record]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, Paper):
            if one.file not in seen:
                seen.add(one.file)
                yield one
        elif isinstance(one, BaseModel):
            waiting += [getattr(one, name) for name in type(one).model_fields]
        elif isinstance(one, tuple | list):
            waiting += one


def changes_of(connection: Connection, code: str) -> str:
    """演变关联情况: what the ledger says became of a fonds: renamed, closed, each with its day and reason."""
    lines = []
    for entry in ledger.about(connection, code, RENAMED, CLOSED):
        details = entry.details
        if entry.action == RENAMED:
            lines.append(
                say("forms.change-renamed", day=entry.time[:10], name=details["name"], reason=details["reason"])
            )
        else:
            lines.append(say("forms.change-closed", day=details["until"], reason=details["reason"]))
    return "\n".join(lines)
