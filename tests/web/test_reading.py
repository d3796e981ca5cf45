"""The reading room by HTTP: what is sent, in which kinds, what is recorded, and what nobody is shown."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route

from preserve.data_management import holdings
from preserve.data_management.archive import open_archive
from preserve.home import acting_person
from preserve.services.reading_bytes import prepare
from preserve.services.session import Session, SystemUser
from preserve.web.pages.reading import Watched
from tests.support import looking
from tests.support.machine_reading import looked, page, publish
from tests.support.reading import entries, files_of, objid_of, reading_room, stored
from tests.support.web import Served, fields, person, send

PAPER = "立案审批表.pdf"


@dataclass(frozen=True)
class Room:
    served: Served
    objid: str
    files: dict[str, str]

    @property
    def video(self) -> str:
        """The name of the first recording; it has the day, which follows today's."""
        return min(name for name in self.files if name.endswith(".mp4"))

    def page(self, name: str) -> str:
        return f"/cases/{self.objid}/view/{self.files[name]}"

    def base(self, name: str) -> str:
        return f"/cases/{self.objid}/files/{self.files[name]}"

    def looks(self, account: str, name: str) -> int:
        seen = [entry for entry in entries(self.served.home, "object.viewed") if entry["actor"] == account]
        return sum(self.files[name] in entry["details"]["objects"] for entry in seen)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with reading_room(tmp_path_factory.mktemp("door")) as served:
        yield Room(served, objid_of(served.home), files_of(served.home))


def test_a_page_and_all_that_it_fetches_is_one_look(room: Room) -> None:
    client = room.served.client("examiner")
    shown = client.get(room.page(room.video))
    assert shown.status_code == 200 and "与入库数字摘要一致" in shown.text
    for start in (0, 100, 5000):
        part = client.get(room.base(room.video), headers={"range": f"bytes={start}-{start + 9}"})
        assert (part.status_code, len(part.content)) == (206, 10)
    assert client.head(room.base(room.video)).status_code == 200
    assert room.looks("examiner", room.video) == 1
    assert room.looks("head", room.video) == 0
    client.get(room.page(PAPER))
    assert client.get(f"{room.base(PAPER)}/pages/1").headers["content-type"] == "image/jpeg"
    assert room.looks("examiner", PAPER) == 1


def test_another_session_is_another_look(room: Room) -> None:
    room.served.client("archivist").get(room.page(room.video))
    room.served.client("archivist", "en").get(room.page(room.video))
    assert room.looks("archivist", room.video) == 2


def test_ranges_are_answered_as_the_standard_says(room: Room) -> None:
    client, base = room.served.client("head"), room.base(room.video)
    whole = client.get(base)
    assert (whole.status_code, whole.headers["content-type"]) == (200, "video/mp4")
    assert whole.content == stored(room.served.home, room.files[room.video]).read_bytes()
    tag = whole.headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{64}"', tag)
    assert "no-store" in whole.headers["cache-control"] and whole.headers["accept-ranges"] == "bytes"
    part = client.get(base, headers={"range": "bytes=10-19", "if-range": tag})
    assert part.status_code == 206 and part.content == whole.content[10:20]
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole.content)}"
    assert client.get(base, headers={"range": "bytes=10-19", "if-range": '"other"'}).status_code == 200
    assert client.get(base, headers={"range": f"bytes={len(whole.content)}-"}).status_code == 416
    assert client.get(base, headers={"range": "bytes=-10"}).content == whole.content[-10:]


def test_no_archived_byte_is_sent_as_a_document(room: Room) -> None:
    client = room.served.client("head")
    for name, identifier in room.files.items():
        sent = client.get(f"/cases/{room.objid}/files/{identifier}")
        expected = 200 if name.endswith(".mp4") else 422
        assert (name, sent.status_code) == (name, expected)
        if sent.status_code == 200:
            assert sent.headers["content-type"] in ("video/mp4", "audio/mp4")
        assert "download" not in client.get(room.page(name)).text.replace("nodownload", "")
    text = client.get(room.page("举报信.txt")).text
    assert '<pre class="text">' in text


def test_a_page_bears_who_looks(room: Room) -> None:
    first = room.served.client("head").get(f"{room.base(PAPER)}/pages/1").content
    other = room.served.client("examiner").get(f"{room.base(PAPER)}/pages/1").content
    assert first[:3] == b"\xff\xd8\xff" and first != other
    assert room.served.client("head").get(f"{room.base(PAPER)}/pages/999").status_code == 404
    assert room.served.client("head").get(f"{room.base(PAPER)}/pages/0").status_code == 404
    assert room.served.client("head").get(f"{room.base(PAPER)}/pages/x").status_code == 400


def test_what_one_may_not_see_is_not_in_the_list_and_not_sent(room: Room) -> None:
    photograph = next(name for name in room.files if name.endswith(".jpg"))
    assert photograph in room.served.client("head").get(room.page(PAPER)).text
    archivist = room.served.client("archivist")
    listed = archivist.get(room.page(PAPER)).text + archivist.get(f"/cases/{room.objid}").text
    assert photograph not in listed and room.files[photograph] not in listed
    before = len(entries(room.served.home, "access.denied"))
    assert archivist.get(room.page(photograph)).status_code == 403
    assert archivist.get(f"{room.base(photograph)}/pages/1").status_code == 403
    assert len(entries(room.served.home, "access.denied")) == before + 2
    assert room.looks("archivist", photograph) == 0


@pytest.mark.parametrize("role", ["depositor", "auditor", "system", "security"])
def test_who_may_not_read_cases_is_refused_everything(room: Room, role: str) -> None:
    client, base = room.served.client(role), room.base(room.video)
    places = (
        room.page(room.video),
        base,
        f"{base}/pages/1",
        f"{base}/strip",
        f"/cases/{room.objid}/timeline",
        "/cases",
    )
    assert {client.get(place).status_code for place in places} == {403}
    assert room.looks(role, room.video) == 0


def test_nobody_is_sent_to_the_login(room: Room) -> None:
    with room.served.nobody() as client:
        for place in (room.page(room.video), room.base(room.video), f"{room.base(PAPER)}/pages/1"):
            assert client.get(place).status_code == 303


@pytest.mark.parametrize(
    "name", ["%2e%2e%5c", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "x'; DROP TABLE looks", "a" * 3000, "\u202e"]
)
def test_no_name_reaches_the_file_system(room: Room, name: str) -> None:
    for place in (f"/cases/{room.objid}/view/{name}", f"/cases/{room.objid}/files/{name}"):
        answer = room.served.client("head").get(place)
        assert answer.status_code in (303, 404), (place, answer.status_code)
        assert str(room.served.home) not in answer.text


def test_marks_are_their_makers_alone(room: Room) -> None:
    head, archivist = room.served.client("head"), room.served.client("archivist")
    assert (
        send(head, room.page(room.video), f"{room.page(room.video)}/marks", at="1.5", note="<b>口角").status_code == 303
    )
    shown = head.get(room.page(room.video)).text
    assert "&lt;b&gt;口角" in shown and 'data-at="1.5"' in shown
    assert "口角" not in archivist.get(room.page(room.video)).text
    number = re.findall(r'name="number" value="(\d+)"', shown)[0]
    assert send(archivist, room.page(room.video), f"{room.page(room.video)}/unmark", number=number).status_code == 404
    assert send(head, room.page(room.video), f"{room.page(room.video)}/unmark", number=number).status_code == 303
    assert "口角" not in head.get(room.page(room.video)).text
    for wrong in ("nan", "-1", "x", ""):
        assert send(head, room.page(room.video), f"{room.page(room.video)}/marks", at=wrong).status_code == 400


def test_a_mark_needs_the_token_of_the_session(room: Room) -> None:
    client = room.served.client("head")
    assert client.post(f"{room.page(room.video)}/marks", data={"at": "1"}).status_code == 403
    given = fields(client.get(room.page(room.video)).text)
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    assert client.post(f"{room.page(room.video)}/marks", data={**given, "at": "1"}, headers=foreign).status_code == 403


def test_the_strip_is_made_and_shown(room: Room) -> None:
    client = room.served.client("head")
    archive = open_archive(room.served.home)
    try:
        founder = Session(SystemUser(acting_person()), opened=archive, opened_home=archive.home)
        done = prepare(founder, room.objid, room.files[room.video])
        assert done.strip and done.state == "intact"
    finally:
        archive.close()
    told = client.get(f"{room.base(room.video)}/strip").json()
    assert told["state"] == "ready" and told["moments"] and told["length"] > 0
    for part, kind in (("frames", "image/jpeg"), ("poster", "image/jpeg")):
        assert client.get(f"{room.base(room.video)}/strip/{part}").headers["content-type"] == kind
    assert f'poster="{room.base(room.video)}/strip/poster"' in client.get(room.page(room.video)).text


def test_the_transcript_stands_beside_its_recording(room: Room) -> None:
    shown = room.served.client("head").get(room.page(room.video)).text
    paper = room.served.client("head").get(room.page("举报信.txt")).text
    text = paper.partition('<pre class="text">')[2].splitlines()[0]
    assert f'href="{room.page("举报信.txt")}"' in shown and text and text in shown


def test_recordings_stand_on_one_line(room: Room) -> None:
    shown = room.served.client("head").get(f"/cases/{room.objid}/timeline").text
    starts = [float(start) for start in re.findall(r'data-recording data-start="([\d.]+)"', shown)]
    assert len(starts) == 2 and min(starts) == 0 and max(starts) > 0


def test_a_recording_plays_and_jumps_in_a_browser(room: Room) -> None:
    before = room.looks("head", room.video)
    with person(room.served, "head") as page:
        answers: list[int] = []
        page.on("response", lambda got: answers.append(got.status) if got.url.endswith(room.base(room.video)) else None)
        page.goto(room.page(room.video))
        assert page.locator("h1").count() == 1
        assert not answers, "nothing is fetched before somebody plays it"
        page.keyboard.press("k")
        playing = "() => { const v = document.querySelector('video'); return v.currentTime > 0.2 && !v.error; }"
        page.wait_for_function(playing, timeout=15_000)
        page.keyboard.press("k")
        assert looking.violations(page) == [], "a player that is open"
        assert page.evaluate("document.querySelector('video').paused")
        page.keyboard.press("j")
        page.wait_for_function("() => document.querySelector('video').currentTime < 0.1", timeout=10_000)
        page.keyboard.press(".")
        page.keyboard.press("?")
        assert page.locator("details[data-keys]").get_attribute("open") is not None
        assert set(answers) == {206}
        page.keyboard.press("n")
        page.wait_for_url(lambda address: room.files[room.video] not in address)
    assert room.looks("head", room.video) == before + 1


def test_every_part_of_a_case_can_be_used_by_everybody(room: Room) -> None:
    parts = ("contents", "description", "copies", "life", "use", "findings")
    places = [f"/cases/{room.objid}?tab={part}" for part in parts]
    places += [f"/cases/{room.objid}/{page}" for page in ("timeline", "history")]
    places += [
        room.page(room.video),
        room.page(PAPER),
        room.page("举报信.txt"),
        "/cases?words=现场&stage=investigation",
    ]
    with person(room.served, "head") as page:
        for place in places:
            page.goto(place)
            assert (place, looking.violations(page)) == (place, [])


def test_a_format_that_the_browser_lacks_is_said(room: Room) -> None:
    with person(room.served, "examiner") as page:

        def garbage(route: Route) -> None:
            if route.request.method == "HEAD":
                route.continue_()
            else:
                route.fulfill(status=200, content_type="video/mp4", body=b"no recording" * 100)

        page.route(f"**{room.base(room.video)}", garbage)
        page.goto(room.page(room.video))
        page.keyboard.press("k")
        page.wait_for_selector("[data-cannot]:not([hidden])", timeout=15_000)
        assert "video/mp4" in page.inner_text("[data-cannot]")
        assert page.is_hidden("[data-stopped]")


def test_recordings_of_a_line_play_where_its_clock_is(room: Room) -> None:
    with person(room.served, "head") as page:
        page.goto(f"/cases/{room.objid}/timeline")
        first, second = page.locator("[data-recording]").all()
        page.click("[data-play]")
        started = "() => document.querySelectorAll('[data-recording] video')[0].currentTime > 0.2"
        page.wait_for_function(started, timeout=15_000)
        page.click("[data-pause]")
        assert "aside" in (second.get_attribute("class") or "") and "aside" not in (first.get_attribute("class") or "")
        start = float(second.get_attribute("data-start") or 0)
        page.locator("[data-place]").evaluate(
            "(slider, at) => { slider.value = at; slider.dispatchEvent(new Event('input')); }", start + 0.2
        )
        assert "aside" in (first.get_attribute("class") or "") and "aside" not in (second.get_attribute("class") or "")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d 19:41:00", page.inner_text("[data-clock]"))


def test_a_stream_ends_where_the_copy_is_found_altered(tmp_path: Path) -> None:
    copy = tmp_path / "a.mp4"
    copy.write_bytes(bytes(1 << 20))
    sent: list[int] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            sent.append(len(message["body"]))
            copy.unlink(missing_ok=True)

    async def receive() -> Any:
        await asyncio.Event().wait()  # the browser stays

    scope = {"type": "http", "method": "GET", "headers": [], "extensions": {}}
    sending = Watched(copy, media_type="video/mp4")(scope, receive, send)
    with ThreadPoolExecutor(1) as pool:  # the browser of the other tests has a loop in this thread
        pool.submit(asyncio.run, sending).result(10)
    assert 0 < sum(sent) < 1 << 20


def test_an_altered_copy_is_not_shown_and_stands_in_the_ledger(room: Room) -> None:
    name = max(name for name in room.files if name.endswith(".mp4"))
    client, path = room.served.client("head"), stored(room.served.home, room.files[name])
    assert client.get(room.base(name)).status_code == 200
    good, mode = path.read_bytes(), path.stat().st_mode
    path.chmod(0o600)
    path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    try:
        shown = client.get(room.page(name))
        assert shown.status_code == 200 and "与入库数字摘要不一致" in shown.text and "<video" not in shown.text
        with person(room.served, "head") as page:
            page.goto(room.page(name))
            assert "不一致" in page.inner_text("main .alert") and page.locator("video").count() == 0
        assert client.get(room.base(name)).status_code == 500
        assert str(path) not in client.get(room.base(name)).text
        (entry,) = entries(room.served.home, "object.altered")
        assert (entry["actor"], entry["subject"]) == ("head", room.objid)
        assert entry["details"]["object"] == room.files[name] and entry["details"]["found"]
        archive = open_archive(room.served.home)
        with archive.catalogue.read() as connection:
            states = {copy.state for copy in holdings.copies_of(connection, room.objid)}
        archive.close()
        assert "suspect" in states
        assert not list(Path(room.served.home, "viewing", ".shown", room.objid).glob("*.new"))
    finally:
        path.write_bytes(good)
        path.chmod(mode)
    assert client.get(room.base(name)).status_code == 200, "what was repaired is shown again"


def test_what_a_machine_read_stands_beside_the_page_and_is_marked(room: Room) -> None:
    archive = open_archive(room.served.home)
    try:
        name = f"01立案/{PAPER}"
        publish(archive, room.objid, looked(name), page(name, 1, "立案<审批>表"))
    finally:
        archive.close()
    client, before = room.served.client("head"), room.looks("head", PAPER)
    shown = client.get(room.page(PAPER)).text
    assert "机读，未核对" in shown and "立案&lt;审批&gt;表" in shown
    assert room.looks("head", PAPER) <= before + 1, "the page and the text beside it are one look"
    assert "机读，未核对" not in client.get(room.page(room.video)).text
