"""Art. 23: programs that cut or convert, as a container names them, and names that say that something was cut."""

from __future__ import annotations

from dataclasses import replace

import pytest

from preserve.ingest.facts import Character, Stream
from preserve.ingest.rules.profile import read_rules
from preserve.ingest.rules.recordings_are_original import check
from tests.unit.ingest.rules.test_life import Case
from tests.unit.ingest.rules.test_rules import judged as judged_plain

EDITING = read_rules(None).editing


class Facts(Case):
    """A case whose first recording tells these facts."""

    def __init__(self, properties: dict[str, str], stream: dict[str, str] | None = None, kind: str = "") -> None:
        super().__init__()
        self.facts, self.stream, self.kind = properties, stream or {}, kind

    def characters(self) -> dict[str, Character]:
        known = super().characters()
        first = known["a1.mp4"]
        streams = (Stream("video", "AVC", tuple(self.stream.items())),)
        known["a1.mp4"] = replace(first, properties=tuple(self.facts.items()), streams=streams)
        return known


@pytest.mark.parametrize(
    "facts",
    [
        {"comment": "剪映专业版 5.9.0 导出"},
        {"writing-software": "CapCut 3.1"},
        {"Encoded_Application": "HandBrake 1.6.1 2023012300"},
        {"writing-software": "Adobe Premiere Pro 2024.0 (Windows)"},
        {"writing-library": "Lavf58.29.100"},
        {"encoder": "格式工厂 5.12"},
        {"description": "会声会影 X10"},
        {"title": "现场录像（剪辑）"},
        {"Encoded_Library": "Final Cut Pro"},
    ],
)
def test_a_program_that_the_container_names_is_told(facts: dict[str, str]) -> None:
    from tests.unit.ingest.rules.test_life import judged

    assert judged(Facts(facts)) == ["warning recording-edited a1.mp4"]
    assert judged(Facts({}, {"handler-name": next(iter(facts.values()))})) == ["warning recording-edited a1.mp4"]


@pytest.mark.parametrize(
    "facts",
    [
        {"Encoded_Application": "DSJ firmware 2.1"},
        {"writing-software": "iPhone 15 iOS 17.4"},
        {"comment": "David 和王晓梅在现场"},
        {"Encoded_Library": "Android 13"},
        {"handler-name": "GoPro AVC"},
        {"Format_Profile": "Avid"},
    ],
)
def test_a_camera_is_no_editor(facts: dict[str, str]) -> None:
    from tests.unit.ingest.rules.test_life import judged

    assert judged(Facts(facts)) == []


@pytest.mark.parametrize("name", ["现场录像剪辑版.mp4", "拼接.mp4", "录像（转码）.mp4", "编辑后.MP4"])
def test_a_name_that_says_so_is_told(name: str) -> None:
    found = [one for one in judged_plain({name: (0, 60)}) if one.code == "rule.recording-name-edited"]
    assert [(one.where, one.severity, one.values["article"]) for one in found] == [(name, "warning", "23")]


def test_papers_are_not_looked_at() -> None:
    assert judged_plain(papers=(("编辑部检查笔录", "调查"),)) != []
    assert not [one for one in judged_plain(papers=(("编辑部检查笔录", "调查"),)) if "edited" in one.code]
    assert check.__doc__
