"""Recordings without a time are judged by everything that needs none, and nothing is said that nobody can know."""

from __future__ import annotations

from preserve.ingest.facts import Character
from tests.unit.ingest.rules.test_life import Case, judged


class Undated(Case):
    """A case in which `w.mp4` has no time, as what came over WeChat."""

    def __init__(self) -> None:
        super().__init__()
        self.undated = ["w.mp4"]
        self.content["objects"].append({"file": "w.mp4", "kind": "现场录像", "stage": "调查"})

    def characters(self) -> dict[str, Character]:
        return {**super().characters(), **{name: Character("video", "test", duration=60.0) for name in self.undated}}


BLANK = [
    "warning contents-not-filled w.mp4",
    "warning device-check-not-filled w.mp4",
    "warning preamble-missing w.mp4",
    "warning recording-start-unknown w.mp4",
    "warning stored-unknown w.mp4",
]


def test_a_recording_without_a_time_does_not_drop_out() -> None:
    assert judged(Undated()) == BLANK


def test_filled_in_but_for_the_time_only_the_time_is_asked_for() -> None:
    case = Undated()
    case.content["objects"][-1] = case.recording("w.mp4", device="")
    assert judged(case) == ["warning recording-start-unknown w.mp4"]
    case.of("w.mp4")["recording_start"] = "2026-03-04 12:00"
    assert judged(case) == []


def test_what_needs_no_time_of_day_is_judged_by_the_day() -> None:
    case = Undated()
    case.content["objects"][-1] = case.recording("w.mp4", device="", date="2026-03-04", stored="2026-03-10 09:00")
    assert judged(case) == ["warning recording-start-unknown w.mp4", "warning stored-late w.mp4"]


def test_split_files_of_one_device_without_times_are_one_recording() -> None:
    case = Undated()
    case.undated += ["x.mp4"]
    case.content["objects"][-1] = case.recording("w.mp4", shows=case.of("a1.mp4")["shows"][:3])
    case.content["objects"].append(
        case.recording("x.mp4", shows=case.of("a1.mp4")["shows"][3:], preamble=None, device_checked=None)
    )
    assert judged(case) == ["warning recording-start-unknown w.mp4", "warning recording-start-unknown x.mp4"]


def test_a_measure_is_not_said_to_be_unrecorded_where_nobody_can_know() -> None:
    case = Undated()
    case.measure("现场检查")
    assert judged(case) == sorted([*BLANK, "warning measure-recording-undated"])
    case.of("w.mp4")["date"] = "2026-03-09"  # told to be of another day
    assert "warning measure-not-recorded-situational" in judged(case)


def test_nor_is_it_said_to_be_recorded() -> None:
    case = Undated()
    case.measure("扣押")
    case.paper("扣押决定书", "执行")
    assert judged(case) == sorted([*BLANK, "error measure-not-recorded-undated"])
    case = Undated()
    case.content["incidents"] = [{"incident": "阻碍", "when": "2026-03-05 10:00"}]
    assert judged(case) == sorted([*BLANK, "warning incident-recording-undated", "note hindered"])


def test_a_recording_of_no_known_length_is_said_too() -> None:
    case = Undated()
    case.undated = []
    case.of("w.mp4").update(case.recording("w.mp4", device="", recording_start="2026-03-04 12:00"))
    characters = case.characters()
    characters["w.mp4"] = Character("video", "test")
    case.characters = lambda: characters  # type: ignore[method-assign]
    assert judged(case) == ["warning recording-length-unknown w.mp4"]
