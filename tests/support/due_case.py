"""An archive with a case that has fallen due, and its people: what appraisals and disposals are tried out on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from preserve.administration.actor import Actor
from preserve.administration.appraisal import steps as appraisal
from preserve.administration.appraisal.model import Action, Opinion, Review
from preserve.administration.disposal import steps as disposal
from preserve.administration.disposal.model import Disposal
from preserve.administration.duties import Role
from preserve.administration.people import Person
from preserve.clock import now
from preserve.data_management.archive import Archive, open_archive
from tests.support.small_case import ingest, small_archive
from tests.support.tiny_case import write_case

_PEOPLE = {
    "chen": Person("chen", "陈档案", frozenset({Role.ARCHIVIST})),
    "wang": Person("wang", "王审核", frozenset({Role.EXAMINER})),
    "zhao": Person("zhao", "赵审核", frozenset({Role.EXAMINER})),
    "li": Person("li", "李兼任", frozenset({Role.ARCHIVIST, Role.EXAMINER})),
    "head": Person("head", "李局长", frozenset({Role.HEAD})),
    "auditor": Person("auditor", "宋审计", frozenset({Role.AUDITOR})),
}
DESTROY = Opinion(action="destroy", why="期满无继续保存价值")


@dataclass(frozen=True)
class Bureau:
    """An archive that is open, and what its people do in it; `objids` of the cases, in the order of their numbers."""

    archive: Archive
    objids: tuple[str, ...]

    def as_(self, who: str, after: timedelta = timedelta()) -> Actor:
        """Somebody at work; so much later than now."""

        def moment() -> datetime:
            return now() + after

        return Actor(replace(self.archive, now=moment), _PEOPLE[who])

    def drawn(self) -> Review:
        """A list of everything that is due."""
        return appraisal.draw(self.as_("chen"), self.archive.today())

    def appraised(self, action: Action = "destroy", **more: Any) -> Review:
        """The list, approved by the head after two have said the same of every item."""
        review = self.drawn()
        opinions = {item.row: Opinion(action=action, why="期满", **more) for item in review.items}
        for who in ("chen", "wang"):
            appraisal.appraise(self.as_(who), review.number, opinions)
        return appraisal.approve(self.as_("head"), review.number)

    def proposed(self, *rows: int) -> Disposal:
        """A disposal of what the appraisal says, or of these of its rows."""
        return disposal.propose(self.as_("chen"), self.appraised().number, rows=rows)[0]

    def decided(self, *rows: int) -> Disposal:
        """The same with every signature; its pause has begun."""
        number = self.proposed(*rows).number
        for who in ("wang", "zhao"):
            disposal.supervise(self.as_(who), number)
        return disposal.approve(self.as_("head"), number)


@cache
def _founded() -> tuple[tempfile.TemporaryDirectory[str], tuple[str, ...]]:
    """Two cases of 2013 that were to be kept for ten years; founded once by each test process, which takes it along."""
    folder = tempfile.TemporaryDirectory(prefix="due-case-")
    place = Path(folder.name)
    archive = small_archive(place / "home")
    objids = []
    for number in (1, 2):
        case = write_case(
            place / f"case-{number}",
            case_number=f"临文综罚〔2013〕{number}号",
            title=f"测试案{number}",
            start="2013-03-01",
            closed="2013-05-20",
            retention="10-years",
            note="当事人曾申请行政复议" if number == 1 else "",
        )
        objids.append(ingest(archive, case).objid)
    archive.close()
    return folder, tuple(objids)


@contextmanager
def bureau_in(folder: Path) -> Iterator[Bureau]:
    """That archive, copied into `folder` and open: a test leaves nothing to the next one."""
    founded, objids = _founded()
    shutil.copytree(Path(founded.name) / "home", folder / "home", symlinks=True)
    archive = open_archive(folder / "home")
    try:
        yield Bureau(archive, objids)
    finally:
        archive.close()
