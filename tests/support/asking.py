"""A tiny case in an archive of this process, and the officers who deal with a request for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image

from preserve.access.requests.entering import Asked, Entry, open_request
from preserve.access.requests.model import Consumer, Request
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.steps import Opinion, decide, examine
from preserve.administration.actor import Actor
from preserve.administration.duties import Role
from preserve.administration.founding import Extras, found
from preserve.administration.people import Person
from preserve.data_management.archive import Archive, open_archive
from preserve.ingest.runner import Answerer, run
from preserve.progress import Silent
from tests.support.tiny_case import write_case

_ROLES = {
    "founder": ("吴档案", Role.ARCHIVIST),
    "wang": ("王审核", Role.EXAMINER),
    "head": ("李局长", Role.HEAD),
    "song": ("宋审计", Role.AUDITOR),
    "zhou": ("周移交", Role.DEPOSITOR),
}
PICTURE, PAPER = "现场照片.png", "鉴定书.pdf"


@dataclass(frozen=True)
class Counter:
    """Where people ask: the archive, the case in it, and the document that a court shows."""

    archive: Archive
    case: str
    objid: str
    notice: Path

    def actor(self, account: str = "founder") -> Actor:
        """One of the officers at work."""
        name, role = _ROLES[account]
        return Actor(self.archive, Person(account, name, frozenset({role})))

    def opened(self, *asked: Asked, capacity: str = "court", account: str = "founder", **consumer: str) -> Request:
        """A request for that, or for the whole case; entered by the archivist."""
        kinds = {"court": ["调取证据通知书"], "party": ["身份证明"], "lawyer": ["身份证明", "授权委托书"]}.get(
            capacity, []
        )
        entry = Entry(
            Consumer(capacity=capacity, **{"name": "张法官", **consumer}),
            asked or [Asked(self.case)],
            "举证",
            [(kind, self.notice) for kind in kinds],
        )
        return open_request(self.actor(account), entry)

    def approved(self, *asked: Asked, opinion: Opinion | None = None, **consumer: str) -> Request:
        """A request that was examined and approved."""
        number = self.opened(*asked, **consumer).number
        examine(self.actor("wang"), number, opinion or Opinion())
        return decide(self.actor("head"), number, approve=True)

    def request(self, number: str) -> Request:
        """A request as it stands."""
        with self.archive.catalogue.read() as connection:
            return REQUESTS.read(connection, self.archive.home, number)


@contextmanager
def opened_counter(folder: Path, **changes: Any) -> Iterator[Counter]:
    """The archive with its case: two texts, one of them in GB 18030, a picture and a paper of two pages; closed at the end."""
    write_case(folder / "case", **{"objects": _objects(), "parties": _PARTIES, **changes})
    (folder / "case" / "决定书.txt").write_text("行政处罚决定书，当事人陈述\n" * 20, encoding="gb18030")
    Image.new("RGB", (60, 40), (200, 60, 60)).save(folder / "case" / PICTURE)
    with pikepdf.new() as pdf:
        for _ in range(2):
            pdf.add_blank_page(page_size=(300, 400))
        pdf.save(folder / "case" / PAPER)
    bureau = "临江市文化和旅游局"
    home = found(
        folder / "home",
        institution=bureau,
        policy="lossless",
        store=None,
        digests=("sha256", "sm3"),
        language="zh",
        extras=Extras(test_authority=True),
    )
    archive = open_archive(home.home.path)
    try:
        yield counter_of(archive, folder, "zhou")
    finally:
        archive.close()


def counter_of(archive: Archive, folder: Path, answerer: str) -> Counter:
    """Where people ask for the case that lies in `folder` and is taken in, with a document that a court shows."""
    notice = folder / "调取证据通知书.pdf"
    notice.write_bytes(b"%PDF-1.4\n")
    person = Answerer(answerer, may=True)
    done = run(archive.home, archive.catalogue, folder / "case", person=person, jobs=1, watcher=Silent())
    return Counter(archive, "临文综罚〔2026〕77号", done.name.rpartition("_v")[0], notice)


_PARTIES = [{"name": "临江星光文化传播有限公司", "role": "当事人"}]


def with_inner_volume() -> list[dict[str, Any]]:
    """The files of the case, the decision among the internal papers (副卷), and nothing private."""
    return [
        {**{key: value for key, value in item.items() if key != "classification"}, "volume": volume}
        for item in _objects()
        for volume in ["inner" if item["file"] == "决定书.txt" else "main"]
    ]


def _objects() -> list[dict[str, Any]]:
    return [
        {"file": "笔录.txt", "kind": "现场检查笔录", "stage": "调查", "classification": "privacy"},
        {"file": "决定书.txt", "kind": "行政处罚决定书", "stage": "决定"},
        {"file": PICTURE, "kind": "现场照片", "stage": "调查"},
        {"file": PAPER, "kind": "鉴定意见", "stage": "调查"},
    ]
