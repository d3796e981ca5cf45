"""What `doctor` says of listening: a model that is missing is no mistake, one that cannot be used is."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from preserve.administration.health import Check
from preserve.administration.speech_health import examine_speech
from preserve.home import Home
from preserve.settings import Reading, Settings


def checks(home: Path, **reading: str) -> dict[str, Check]:
    settings = Settings(archive_id="a", institution="局", reading=Reading(**reading))
    return {check.code: check for check in examine_speech(Home(home, settings))}


def model(folder: Path, *files: str) -> str:
    folder.mkdir()
    for name in files:
        (folder / name).write_text("{}", encoding="utf-8")
    return str(folder)


def test_without_a_model_all_else_works(tmp_path: Path) -> None:
    found = checks(tmp_path)
    assert found["health.speech-model-missing"].state == "optional"


def test_a_folder_that_is_no_model_is_wrong(tmp_path: Path) -> None:
    for named in ("nowhere", model(tmp_path / "m", "readme.txt")):
        assert checks(tmp_path, speech_model=named)["health.speech-model-wrong"].state == "wrong"


def test_a_model_is_named_with_its_digest(tmp_path: Path) -> None:
    folder = model(tmp_path / "base", "model.bin", "config.json", "tokenizer.json")
    found = checks(tmp_path, speech_model=folder)["health.speech-model"]
    assert found.state == "good" and re.fullmatch("[0-9a-f]{64}", str(found.values["digest"]))
    digest = str(found.values["digest"])
    assert "health.speech-model" in checks(tmp_path, speech_model="base", speech_sha256=digest)
    other = checks(tmp_path, speech_model=folder, speech_sha256="0" * 64)["health.speech-model-wrong"]
    assert other.values["reason"] == "reading.speech-model-differs"


@pytest.mark.parametrize("wrong", ["abc", "g" * 64])
def test_a_digest_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        Reading(speech_sha256=wrong)


def test_the_model_lies_where_the_settings_say(tmp_path: Path) -> None:
    settings = Settings(archive_id="a", institution="局")
    home = Home(tmp_path, settings)
    assert home.speech_model is None
    told = replace(home, settings=settings.model_copy(update={"reading": Reading(speech_model="models/m")}))
    assert told.speech_model == tmp_path.resolve() / "models" / "m"
