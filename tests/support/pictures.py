"""Pictures of the pages for README and handbook, taken by a real browser: `python -m tests.support.pictures`.

Each picture has a recipe: who looks, and what they do until the page is as it is to be shown. The same recipes run in
`make test` over a small archive, so that none is of a page that is there no longer.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from preserve.access.requests.entering import Asked, Entry, open_request
from preserve.access.requests.model import Consumer
from preserve.access.requests.steps import Opinion, examine
from preserve.administration.actor import Actor
from preserve.administration.duties import Role
from preserve.administration.people import Person
from preserve.data_management.archive import Archive, open_archive
from tests.support.old_cases import burn, write_files, write_list
from tests.support.small_case import ingest
from tests.support.web import Served, person, staffed_home, start

if TYPE_CHECKING:
    from playwright.sync_api import Page

DOCS = Path(__file__).parents[2] / "docs" / "pictures"
SIZE = {"width": 1100, "height": 760}


@dataclass(frozen=True)
class Recipe:
    """Who looks, where, and what is done there before the picture is taken; `whole`: the page to its end."""

    role: str
    address: str
    does: Callable[[Page], None] = lambda page: None
    whole: bool = False


def _first_case(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main table a[href^='/cases/']").first.click()


def _reading(page: Page) -> None:
    _first_case(page)
    page.goto(page.url.split("?")[0] + "/view")
    page.wait_for_load_state("networkidle")


def _deposit(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main table a[href^='/deposits/']").first.click()


def _description(page: Page) -> None:
    _deposit(page)
    page.goto(page.url.split("?")[0] + "/description")
    page.wait_for_load_state("networkidle")


def _inbox(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main table a", has_text="inbox").click()


RECIPES: Mapping[str, Recipe] = {
    "login": Recipe("", "/login"),
    "today-archivist": Recipe("archivist", "/"),
    "deposits": Recipe("archivist", "/deposits"),
    "deposit": Recipe("archivist", "/deposits", _deposit),
    "description": Recipe("archivist", "/deposits", _description),
    "imports": Recipe("archivist", "/imports/new", _inbox),
    "upload": Recipe("depositor", "/deposits/new"),
    "cases": Recipe("archivist", "/cases"),
    "case": Recipe("archivist", "/cases", _first_case),
    "reading": Recipe("archivist", "/cases", _reading),
    "requests": Recipe("archivist", "/requests"),
    "request-new": Recipe("archivist", "/requests/new"),
    "approvals": Recipe("head", "/approvals"),
    "exports": Recipe("archivist", "/exports"),
    "media": Recipe("archivist", "/media"),
    "copies": Recipe("archivist", "/copies"),
    "audits": Recipe("archivist", "/audits"),
    "retention": Recipe("archivist", "/retention"),
    "accounts": Recipe("security", "/accounts"),
    "audit": Recipe("auditor", "/audit"),
    "statistics": Recipe("archivist", "/statistics"),
}


def take(served: Served, name: str, folder: Path) -> Path:
    """Take one picture into a folder, as PNG."""
    recipe, path = RECIPES[name], folder / f"{name}.png"
    with person(served, recipe.role, viewport=SIZE) as page:
        answer = page.goto(recipe.address)
        assert answer is not None
        assert answer.status == 200, (name, answer.status)
        recipe.does(page)
        page.screenshot(path=path, full_page=recipe.whole)
    return path


def pictured_home(folder: Path) -> Path:
    """An archive with the demonstration's case, one that waits in its inbox, and an account for each role."""
    from demo.make_case import make_case

    home = staffed_home(folder, cases=0)
    case = make_case(folder / "案件")
    settings = home / "preserve.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("某局", "临江市文化和旅游局"), encoding="utf-8")
    archive = open_archive(home)
    try:
        taken = ingest(archive, case)
        _ask(archive, taken.objid, next(case.rglob("*.pdf")))
    finally:
        archive.close()
    waiting_case(home, case)
    for name in ("旧档光盘01", "旧档光盘02"):
        write_files(folder / name, int(name[-1]))
        shutil.move(burn(folder / name, name), home / "inbox")
    return home


def _ask(archive: Archive, objid: str, notice: Path) -> None:
    """A court's request that was examined, and one that was only entered."""

    def by(account: str, name: str, role: Role) -> Actor:
        return Actor(archive, Person(account, name, frozenset({role})))

    for court in ("临江市人民法院", "临江市中级人民法院"):
        consumer = Consumer(capacity="court", name="张法官", organisation=court)
        entry = Entry(consumer, [Asked(objid)], "行政诉讼举证", [("调取证据通知书", notice)])
        opened = open_request(by("archivist", "林档案", Role.ARCHIVIST), entry)
        if court == "临江市人民法院":
            examine(by("examiner", "王审核", Role.EXAMINER), opened.number, Opinion(note="依法提供"))


def waiting_case(home: Path, case: Path) -> None:
    """A case that waits in the inbox, and beside it a list of old cases."""
    settings = home / "preserve.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + '\n[web]\ninbox = ["inbox"]\n', encoding="utf-8")
    waiting = home / "inbox" / "待归档案卷"
    shutil.copytree(case, waiting)
    write_list(home / "inbox" / "2012年案件登记表.xlsx", 3)
    (told,) = waiting.glob("case.*")
    told.write_text(told.read_text(encoding="utf-8").replace("12号", "13号"), encoding="utf-8")


def main(names: list[str]) -> None:
    """Take the named pictures, or all of them."""
    DOCS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        served = start(pictured_home(Path(folder)))
        try:
            for name in names or RECIPES:
                print(take(served, name, DOCS))
        finally:
            served.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
