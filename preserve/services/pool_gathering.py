"""What nobody claimed within its term goes to appraisal: gathered into a deposit of its own, by people, never silently.

The deposit is taken in as a case of the type `unclaimed`, so that the appraisal and disposal of the archive apply as
they are: appraised by a group, approved by the head, destroyed under a warrant that names two people, or kept.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from preserve.administration.duties import Duty
from preserve.clock import zone
from preserve.data_management import pool
from preserve.data_management.pool import PoolRow, Wish
from preserve.description.fixed_values import Retention, Stage
from preserve.errors import Refused
from preserve.ingest.handing_in.access import known
from preserve.ingest.handing_in.described import draft_of, keep
from preserve.messages import say, speaking
from preserve.services import uploads
from preserve.services.operation import job
from preserve.services.pool_claims import MOST, UNCLAIMED, claim
from preserve.services.runs import Runs
from preserve.services.session import Session

LIST = "未认领音像资料清单.csv"


@dataclass(frozen=True, slots=True)
class Gathered:
    """A deposit that was made of recordings nobody claimed; `more` are left for another one."""

    deposit: str
    case_number: str
    recordings: int
    bytes: int
    more: int


@job("pool.gather", duty=Duty.INGEST, runs=Runs(place=""))
def gather(session: Session, *, reason: str, device: str = "", officer: str = "") -> Gathered:
    """Make a deposit of what nobody claimed and whose term is over (regulation Art. 19), at most `MOST` recordings.

    It waits as every deposit does: a person checks it and takes it in, and appraisal lists what is in it. Raises
    Refused where there is nothing, or without a reason.
    """
    archive, home = session.archive, session.home
    if not reason.strip():
        raise Refused("pool.no-reason")
    today = archive.today()
    with archive.catalogue.read() as connection:
        wanted = Wish(officer, device, due=today.isoformat())
        rows, _ = pool.page(connection, wanted, "", MOST)
        count, _ = pool.count(connection, wanted)
    if not rows:
        raise Refused("pool.nothing-overdue", today.isoformat())
    with speaking(home.settings.language):
        title = say("pool.gathered-title", date=today.isoformat())
    data = _list(rows)
    moment = int(archive.now().timestamp() * 1000)
    opened = uploads.open_upload.run(session, title, [uploads.Offered(LIST, len(data), moment)])
    uploads.append.run(session, opened.id, 1, 0, data)
    uploads.close.run(session, opened.id)
    number = f"WRL{today:%Y%m%d}-{opened.id[-6:].upper()}"
    _describe(session, opened.id, number, title, rows, reason.strip())
    claim.run(session, opened.id, [row.id for row in rows], reason=reason)
    return Gathered(opened.id, number, len(rows), sum(row.size for row in rows), count - len(rows))


def _list(rows: list[PoolRow]) -> bytes:
    """The list that lies in the deposit: who opens it needs nothing of ours."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["编号", "文件名", "拍摄时间", "设备", "警号", "姓名", "单位", "采集站", "字节", "SHA-256", "期满"])
    for row in rows:
        facts = (row.taken, row.device, row.officer, row.officer_name, row.unit, row.station)
        writer.writerow([row.id, _plain(row.name), *map(_plain, facts), row.size, row.sha256, row.due])
    return out.getvalue().encode("utf-8-sig")


def _plain(text: str) -> str:
    """No cell begins as a formula does: the words are a camera's, and a spreadsheet would reckon."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _describe(session: Session, deposit: str, number: str, title: str, rows: list[PoolRow], reason: str) -> None:
    """The description of the deposit, all of which is known; a person may say more before it is taken in."""
    home = session.home
    first, last = _days(session, rows)
    with speaking(home.settings.language):
        cause = say("pool.gathered-cause")
    content: dict[str, Any] = {
        "case_number": number,
        "case_type": UNCLAIMED,
        "title": title,
        "cause": cause,
        "producer": {"name": home.settings.institution},
        "start": first.isoformat(),
        "closed": last.isoformat(),
        "retention": Retention.YEARS_10.value,
        "late_filing_reason": cause,
        "note": reason,
        "objects": [{"file": LIST, "kind": "未认领音像资料清单", "stage": Stage.FILING.value}],
    }
    place = known(home, session.person, deposit)
    with place.room.held():
        version = draft_of(home, place).version
        keep(home, place.room, content, version, version)


def _days(session: Session, rows: list[PoolRow]) -> tuple[date, date]:
    """The first and the last day of the recordings; of those without one, the day on which they came in."""
    where = zone(session.home.settings.time_zone)
    days = sorted(datetime.fromisoformat(row.taken or row.collected).astimezone(where).date() for row in rows)
    return days[0], days[-1]
