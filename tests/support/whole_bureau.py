"""A served archive in which everything has happened that pages tell of, much of it named by somebody hostile.

Fifty days of it: a case with recordings, cases that have fallen due, a request in each state, an appraisal with
objections, holds, disposals, transfers, media, discs, an audit, deposits and jobs that went well and badly.
"""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from preserve.administration.actor import Actor
from preserve.administration.appointing import add_person
from preserve.administration.appraisal import steps as appraisal
from preserve.administration.appraisal.model import Opinion
from preserve.clock import now
from preserve.data_management import cases
from preserve.data_management.archive import Archive, open_archive
from preserve.ingest.runner import Answerer, run
from preserve.progress import Silent
from preserve.services.pool_collecting import collect
from preserve.web.app import all_pages
from tests.support import reading, request_ways
from tests.support.due_home import due_home, person
from tests.support.evidence import COURT_PAPER, let_sign
from tests.support.keeping import add_disc, add_folder, demand_copies, ended
from tests.support.office import small_case
from tests.support.old_cases import write_files, write_list
from tests.support.people import session
from tests.support.stations import write_station
from tests.support.tiny_case import write_case
from tests.support.web import PASSWORD, Served, send, start

HOSTILE = '"><img src=x onerror=alert(1)>'
"""What somebody hostile writes into every field; `MARK` is what a page then shows of it."""
MARK = "<img src=x onerror=alert(1)>"
TURNED = "\u202egpj.exe"
"""A name that is shown backwards from its second half on."""
_PAPER = re.compile(
    r"\.(?:pdf|xlsx|csv)$|/label$|/workbook$|/export$|/jobs/\w+/files(?:/\d+|\.zip)$|/deposits/[\w-]+/files/[0-9a-f]+$|/papers/\w+-|/events$|/finding-aid$"
)
_ROUTES = [
    (one.path, re.compile(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(one.path)) + "$"))
    for one in sorted(all_pages(), key=lambda one: one.path.count("{"))
    if one.method == "GET"
]
"""Addresses of papers, which are no pages; and which route an address belongs to, the plainest first."""


@dataclass(frozen=True)
class Bureau:
    """The running door; the case with recordings; the numbers of what was begun, by what it is an example of."""

    served: Served
    objid: str
    decided: str
    numbers: dict[str, str] = field(default_factory=dict)

    def post(self, who: str, page: str, address: str, **form: Any) -> str:
        """Send a form of a page; where the answer leads to, without its note."""
        sent = send(self.served.client(who), page, address, **form)
        assert sent.status_code == 303, (address, sent.status_code, re.sub(r"<[^>]+>", " ", sent.text)[-600:])
        return sent.headers["location"].partition("?")[0]


def _recorded_case(folder: Path) -> Path:
    """The case of the reading room, with a file whose name is markup."""
    case = small_case(folder)
    described = case / "case.json"
    told = json.loads(described.read_text(encoding="utf-8"))
    told["title"] = reading.TITLE + HOSTILE
    for item in told["objects"]:
        if item["file"].endswith(".txt"):
            name = f"{Path(item['file']).stem}{MARK}{TURNED}.txt"
            (case / item["file"]).rename((case / item["file"]).with_name(name))
            text, item["file"] = item["file"], str(Path(item["file"]).with_name(name))
    for item in told["objects"]:
        if item["file"].endswith("0001.mp4"):
            item["transcript"] = next(one["file"] for one in told["objects"] if one["file"].endswith(".txt"))
    assert text
    described.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return case


def _inbox(home: Path, folder: Path) -> None:
    """A share with a whole case, one without a description, one with mistakes; their names are markup."""
    share = folder / "share"
    write_case(share / "缺文书", case_number=f"临文综罚〔2026〕78号{MARK}", title=HOSTILE, acceptances=[])
    bare = share / f"没有著录{MARK}{TURNED}"
    bare.mkdir()
    (bare / f"现场检查笔录{MARK}.txt").write_text("现场检查笔录", encoding="utf-8")
    old = folder / "carriers" / f"硬盘{MARK}"
    write_files(old, 1)
    (old / f"杂物{MARK}{TURNED}.txt").write_text("不属于任何案件", encoding="utf-8")
    (old / "某网吧3.txt").write_text("属于第3号案吗", encoding="utf-8")
    write_list(folder / "carriers" / f"登记表{MARK}.xlsx", 3)
    inboxes = [str(share), str(folder / "carriers"), str(folder / "card-reader")]
    with (home / "preserve.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"\n[web]\ninbox = {json.dumps(inboxes)}\n")


def _appraised(archive: Archive) -> str:
    """An appraisal in which somebody said something of some items, and the head approved it."""
    drawn = appraisal.draw(Actor(archive, person("archivist")), archive.today())
    opinions = {item.row: Opinion(action="destroy", why=f"期满{HOSTILE}") for item in drawn.items[:12]}
    for who in ("archivist", "examiner"):
        appraisal.appraise(Actor(archive, person(who)), drawn.number, opinions)
    appraisal.approve(Actor(archive, person("head")), drawn.number)
    return drawn.number


def made_home(folder: Path) -> tuple[Path, str, dict[str, str]]:
    """The home before its door is opened; the disposal that may be carried out, and numbers by name."""
    home, decided, _ = due_home(folder, 40)
    (folder / "recorded").mkdir()
    case = _recorded_case(folder / "recorded" / "case")
    _inbox(home, folder)
    archive = open_archive(home)
    try:
        run(archive.home, archive.catalogue, case, person=Answerer("zhou", may=True), jobs=1, watcher=Silent())
        let_sign(archive)
        numbers = {"review": _appraised(archive)}
        collect(session(archive), write_station(folder / f"station{MARK}"), settled=0)
        add_person(
            archive.catalogue,
            "guest",
            person=f"客人{HOSTILE}",
            roles=["depositor"],
            os_user="",
            actor=person("security"),
            moment=now(),
        )
    finally:
        archive.close()
    demand_copies(home)
    add_folder(home, "第二库")
    add_disc(home, "a", "DA26_0001_01A")
    add_disc(home, "b", MARK, place=f"一号楼{HOSTILE}")
    return home, decided, numbers


def _requests(bureau: Bureau, case: str) -> None:
    """One in each state, by a consumer with a hostile name."""
    scan = {f"paper-{COURT_PAPER}": (f"通知书{MARK}.pdf", b"%PDF-1.4\n", "application/pdf")}
    given = {"capacity": "court", "name": f"张{HOSTILE}", "organisation": HOSTILE, "cases": case, "purpose": HOSTILE}
    served = bureau.served
    for state in ("opened", "examined", "approved", "delivered", "refused", "withdrawn"):
        number = bureau.post("archivist", "/requests/new?capacity=court", "/requests/new", files=scan, **given)
        number = bureau.numbers[f"request-{state}"] = number.removeprefix("/requests/")
        page = f"/requests/{number}"
        if state not in ("opened", "withdrawn"):
            request_ways.examined(served, number, note=f"可以{HOSTILE}")
        if state in ("approved", "delivered", "refused"):
            shown = request_ways.seen(served.client("head").get(f"{page}/decide"))
            verdict = {"decision": "refuse", "article": "20"} if state == "refused" else {}
            assert request_ways.decide(served, number, seen=shown, reason=HOSTILE, **verdict).status_code == 303
        if state == "withdrawn":
            shown = request_ways.seen(served.client("archivist").get(page))
            bureau.post("archivist", page, f"{page}/withdrawal", seen=shown, reason=HOSTILE)
        if state == "delivered":
            shown = request_ways.seen(served.client("archivist").get(f"{page}/deliver"))
            job = bureau.post("archivist", f"{page}/deliver", f"{page}/deliver", seen=shown, form="zip", to=HOSTILE)
            bureau.numbers["job-delivery"] = job.rpartition("/")[2]


def _proceedings(bureau: Bureau) -> None:
    """A hold, a disposal, a transfer, an appraisal that waits; an audit; searches, marks and tokens."""
    review = bureau.numbers["review"]
    page = f"/reviews/{review}"
    made = bureau.post("archivist", page, "/disposals", review=review, which="ticked", row=["5", "6"], reason=HOSTILE)
    bureau.numbers["disposal"] = made.rpartition("/")[2]
    bureau.post("archivist", "/holds", "/holds", cases="临文综罚〔2014〕30号", kind="audit", reason=HOSTILE, paper=MARK)
    receiver = {"cases": "临文综罚〔2014〕21号", "receiver": f"馆{HOSTILE}", "basis": HOSTILE, "form": "bag"}
    bureau.numbers["transfer"] = bureau.post("archivist", "/transfers", "/transfers", **receiver).rpartition("/")[2]
    export = {"cases": "临文综罚〔2014〕22号", "receiver": f"馆{HOSTILE}", "purpose": HOSTILE, "form": "eark-aip"}
    bureau.numbers["export"] = bureau.post("archivist", "/exports", "/exports", **export).rpartition("/")[2]
    opened = {"case": "临文综罚〔2014〕23号", "title": f"某案{HOSTILE}", "reason": HOSTILE, "confirm": PASSWORD}
    bureau.post("head", "/public", "/public/opening", **opened)
    bureau.post("archivist", "/fonds", "/fonds", code="z1", name=f"全宗{MARK}", since="2019-03-01")
    bureau.post("archivist", "/cases", "/cases/searches", name=f"检索{MARK}", words="现场")
    bureau.post("archivist", "/cases", "/cases/chosen", case=[bureau.objid])
    tokens = {"name": MARK, "scope": ["report"], "days": "30", "password": PASSWORD}
    assert send(bureau.served.client("archivist"), "/me", "/me/tokens", **tokens).status_code == 200
    for operation, job in (
        ("bad", bureau.post("archivist", "/discs", "/discs/compose", kind="no-such-kind")),
        ("audit", bureau.post("archivist", "/audits", "/audits/run", everything="1")),
        ("discs", bureau.post("archivist", "/discs", "/discs/compose", kind="BD-R 25", everything="1")),
    ):
        bureau.numbers[f"job-{operation}"] = job.rpartition("/")[2]


def _import(bureau: Bureau) -> None:
    """A plan of old cases: one that matches, questions, files in no list; the list and the carrier have hostile names."""
    client = bureau.served.client("archivist")
    top = client.get("/imports/new").text
    (inbox,) = re.findall(r'in=([0-9a-f]+)">carriers<', top)
    shown = client.get(f"/imports/new?in={inbox}").text
    chosen = {kind: re.findall(rf'name="{kind}" value="([0-9a-f.]+)"', shown) for kind in ("place", "list")}
    job = bureau.post("archivist", "/imports/new", "/imports", **chosen)
    row = ended(bureau.served.home, job)
    assert row.state == "done" and row.result, row
    bureau.numbers["import"] = next(iter(json.loads(row.result).values()))["campaign"]


def _deposit(bureau: Bureau) -> None:
    """The case with mistakes is checked, and sent back with hostile reasons."""
    listed = bureau.served.client("archivist").get("/deposits?state=all").text
    for number, name in re.findall(r'href="/deposits/(in-[0-9a-z]+)">(.*?)</a>', listed):
        if "没有著录" in name or "78号" in name:
            bureau.numbers["deposit-bare" if "没有著录" in name else "deposit"] = number
    page = f"/deposits/{bureau.numbers['deposit']}"
    job = bureau.post("archivist", page, f"{page}/check")
    assert ended(bureau.served.home, job).state == "done"
    bureau.post("archivist", page, f"{page}/send-back", reasons=HOSTILE)
    bare = f"/deposits/{bureau.numbers['deposit-bare']}/description"
    assert ended(bureau.served.home, bureau.post("archivist", bare, f"{bare}/draft")).state == "done"


def _recorded(home: Path) -> tuple[str, str]:
    """Objid and number of the case with recordings."""
    archive = open_archive(home)
    try:
        with archive.catalogue.read() as connection:
            row = next(row for row in cases.list_cases(connection) if HOSTILE in row.title)
            return row.objid, row.case_number
    finally:
        archive.close()


@contextmanager
def whole_bureau(folder: Path) -> Iterator[Bureau]:
    """A door over that archive, ended in the end."""
    home, decided, numbers = made_home(folder)
    served = start(home)
    try:
        objid, case = _recorded(home)
        bureau = Bureau(served, objid, decided, numbers)
        _requests(bureau, case)
        _proceedings(bureau)
        _import(bureau)
        _deposit(bureau)
        for name in [name for name in numbers if name.startswith("job-")]:
            ended(home, f"/jobs/{numbers[name]}")
        yield bureau
    finally:
        served.stop()


def route_of(address: str) -> str:
    """The route that answers at this address; empty where there is none."""
    path = address.partition("?")[0].partition("#")[0]
    return next((route for route, pattern in _ROUTES if pattern.match(path)), "")


def pages_of(served: Served, role: str, *begin: str, each: int = 2) -> dict[str, list[str]]:
    """What somebody reaches by links from their first page and from those, so many of each kind: addresses by kind.

    A kind is a route with the names in its query, and the part of the page that it asks for. An answer that is no page is followed no further; one that is a
    refusal or an error fails, for no page leads its reader there.
    """
    client, waiting, seen = served.client(role), deque(["/", *begin]), {"/", *begin}
    found: dict[str, list[str]] = {}
    while waiting:
        address = waiting.popleft()
        kind = route_of(address) + "?" + "&".join(re.findall(r"[?&](tab=\w+|\w+)", address))
        if address not in begin and len(found.get(kind, ())) >= each:
            continue
        answer = client.get(address)
        assert answer.status_code in (200, 303), (role, address, answer.status_code)
        if answer.status_code == 303 or not answer.headers["content-type"].startswith("text/html"):
            continue
        found.setdefault(kind, []).append(address)
        for link in re.findall(r'<a\s[^>]*href="(/[^"#]*)', answer.text):
            link = html.unescape(link)
            if link not in seen and not _PAPER.search(link.partition("?")[0]):
                seen.add(link)
                waiting.append(link)
    return found
