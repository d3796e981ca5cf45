"""The readers that listen: what opens them, and what they expect anything of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from preserve.data_management.object_index import ObjectRow
from preserve.errors import Refused
from preserve.home import Home
from preserve.services.machine_ears import has_sound, speech_reader, voice_reader
from preserve.services.machine_readers import readers
from preserve.settings import Reading, Settings
from tests.support import speech_models


def home(path: Path, **reading: str) -> Home:
    return Home(path, Settings(archive_id="a", institution="局", reading=Reading(**reading)))


def original(significant: dict[str, str]) -> ObjectRow:
    """An original of which this was found when it was taken in."""
    told = json.dumps(significant)
    return ObjectRow("1", "aip-1", 1, "original", "a", "a", 1, "0" * 64, None, "", "", told, None)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"stream 0": "video: h264", "stream 1": "sound: aac"}, True),
        ({"stream 0": "video: h264"}, False),
        ({"stream 1 language": "sound"}, False),
        ({"duration": "3 s"}, False),
    ],
)
def test_only_what_has_sound_is_listened_to(facts: dict[str, str], expected: bool) -> None:
    assert has_sound(original(facts)) is expected


def test_voices_need_no_model_of_the_bureau_and_transcripts_do(tmp_path: Path) -> None:
    voices = voice_reader(home(tmp_path))
    assert voices is not None and voices.what == "voice" and len(voices.engine.digest) == 64
    assert speech_reader(home(tmp_path)) is None
    assert {one.what for one in readers(home(tmp_path), ("voice", "speech"))} == {"voice"}


def test_a_model_that_the_settings_name_is_used_and_no_other(tmp_path: Path) -> None:
    speech_models.sense_voice(tmp_path / "sense")
    opened = speech_reader(home(tmp_path, speech_model="sense"))
    assert opened is not None and opened.engine.model == "sense"
    digest = opened.engine.digest
    assert speech_reader(home(tmp_path, speech_model="sense", speech_sha256=digest)) is not None
    assert speech_reader(home(tmp_path, speech_model="sense", speech_sha256="0" * 64)) is None
    assert speech_reader(home(tmp_path, speech_model="nowhere")) is None


def test_a_profile_with_a_mistake_is_told_and_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "speech.toml").write_text("[voices]\nlikely = 7\n", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        voice_reader(home(tmp_path))
    assert refused.value.code == "profile.wrong"
