"""Where somebody speaks, in the reading room: bands and buttons, marked as nobody's checked word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.data_management.archive import open_archive
from preserve.errors import NotFound
from preserve.machine_reading.records import Engine, Heard, Record, Unread, Word
from preserve.services.machine_ears import has_sound, voice_reader
from preserve.services.machine_findings_shown import show_machine_findings
from preserve.services.machine_readers import Reader
from preserve.services.machine_readings import ReadingWish, run
from preserve.services.machine_voices import show_transcript
from tests.support.looking import seen_in_own_colours, seen_large, violations
from tests.support.machine_reading import installed
from tests.support.people import session
from tests.support.reading import entries, files_of, objid_of, reading_room
from tests.support.web import person
from tests.web.test_reading import PAPER, Room

ENGINE = Engine(tool="ear 1", model="of the bureau", digest="a" * 64)
SAID = "今天是三月十四日，我们是文化局执法人员"


def understood(path: Path, name: str) -> Iterator[Record]:
    """One piece that is believed and one that is not; of another recording nothing."""
    if not name.endswith("_0001.mp4"):
        yield Unread(file=name, engine=ENGINE, what="speech", code="reading.not-decoded")
        return
    words = tuple(Word(text=sign, start=1.0 + place / 9, end=1.1 + place / 9) for place, sign in enumerate(SAID))
    yield Heard(file=name, engine=ENGINE, start=1.0, end=3.0, text=SAID, words=words, until=20)
    yield Heard(file=name, engine=ENGINE, start=3.0, end=4.0, text="", doubt="repeated", until=20)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with reading_room(tmp_path_factory.mktemp("door")) as served:
        archive = open_archive(served.home)
        try:
            voices = voice_reader(archive.home)
            assert voices is not None
            with installed(voices, Reader("speech", ENGINE, has_sound, understood)):
                done = run(session(archive), ReadingWish(cases=(objid_of(served.home),)))
        finally:
            archive.close()
        assert done.status == 0 and done.files >= 1
        yield Room(served, objid_of(served.home), files_of(served.home))


def test_a_recording_shows_where_somebody_speaks(room: Room) -> None:
    shown = room.served.client("head").get(room.page(room.video)).text
    assert re.search(r'<svg class="voices"[^>]*><path d="M[\d.]+ 0h[\d.]+v10h-[\d.]+zM?', shown)
    assert "机读，未核对" in shown
    assert re.search(r'<button class="second" type="button" data-at="[\d.]+" aria-label="从 00:00:\d\d 听起">', shown)


def test_a_transcript_says_where_to_listen_and_that_nobody_checked_it(room: Room) -> None:
    shown = room.served.client("head", "en").get(room.page(room.video)).text
    assert SAID in shown and "ear 1" in shown and "of the bureau" in shown
    assert "machine-read, not checked" in shown and "officers: «" in shown
    assert "repeats itself and is not believed: listen" in shown
    assert 'data-at="1.0"' in shown and "found" not in re.sub(r"<[^>]+>", " ", shown)


def test_a_document_has_no_voices(room: Room) -> None:
    shown = room.served.client("head").get(room.page(PAPER)).text
    assert "voices" not in re.sub(r'href="[^"]*"', "", shown)


def test_the_time_line_has_bands_and_goes_to_the_next_voice(room: Room) -> None:
    shown = room.served.client("head").get(f"/cases/{room.objid}/timeline").text
    assert '<g class="voices" transform="translate(' in shown
    begins = re.search(r'data-heard="([\d. ]+)"', shown)
    assert begins and [float(begin) for begin in begins[1].split()] == sorted(map(float, begins[1].split()))


def test_a_second_is_listened_to_by_its_button_and_the_page_is_open_to_all(room: Room) -> None:
    with person(room.served, "head") as page:
        page.goto(room.page(room.video))
        page.click(".transcript [data-at='1.0']")
        page.wait_for_function("() => document.querySelector('video').currentTime >= 0.9", timeout=15_000)
        assert violations(page) == [] and seen_in_own_colours(page) == [] and seen_large(page) == []


def test_the_line_goes_from_voice_to_voice(room: Room) -> None:
    with person(room.served, "head") as page:
        page.goto(f"/cases/{room.objid}/timeline")
        begins = [float(one) for one in str(page.get_attribute("[data-heard]", "data-heard")).split()]
        place = "() => Number(document.querySelector('[data-place]').value)"
        for begin in [one for one in begins if one > 0.5][:3]:
            page.click("[data-heard]")
            assert page.evaluate(place) == pytest.approx(begin, abs=0.1)
        assert violations(page) == []


def test_a_transcript_is_asked_for_by_name_and_is_a_look(room: Room) -> None:
    archive = open_archive(room.served.home)
    try:
        before = len(entries(room.served.home, "object.viewed"))
        told = show_transcript(session(archive), room.objid, room.video)
        assert told.heard is not None and [piece.text for piece in told.heard.pieces] == [SAID, ""]
        looked = entries(room.served.home, "object.viewed")
        assert len(looked) == before + 1 and looked[-1]["details"]["what"] == "transcript"
        assert looked[-1]["details"]["objects"] == [room.files[room.video]]
        found = show_machine_findings(session(archive), room.objid)
        words = [one for one in found.findings if one.finding.code == "reading.preamble-words"]
        assert [one.identifier for one in words] == [room.files[room.video]]
        assert words[0].at == 1.0 and words[0].finding.severity == "note"
        with pytest.raises(NotFound) as refused:
            show_transcript(session(archive), room.objid, PAPER)
        assert refused.value.code == "reading.no-recording"
    finally:
        archive.close()
