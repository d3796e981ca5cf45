"""The doctor says which model reads, which differs from its digest, and what is missing; only the second is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from preserve.administration.reading_health import examine_reading
from preserve.home import Home
from preserve.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, Settings(institution="局", archive_id="A-1"))


def states(home: Home) -> dict[str, str]:
    """Of what reads text, and of what differs."""
    return {check.code: check.state for check in examine_reading(home) if check.code.startswith("health.model")}


def test_the_model_of_the_wheel_counts(home: Home) -> None:
    (check,) = (check for check in examine_reading(home) if check.code.startswith("health.model"))
    assert check.code == "health.model" and check.values["name"] == "PP-OCRv6 small"


def test_without_the_extra_the_doctor_says_so_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    assert states(home) == {}
    assert list(examine_reading(home)) == []  # the libraries are the machine's, and `health` names them


def test_an_altered_model_is_wrong_and_another_counts(home: Home) -> None:
    brought = home.models / "pp-ocrv6-medium"
    brought.mkdir(parents=True)
    (brought / "PP-OCRv6_det_medium.onnx").write_bytes(b"something else")
    assert states(home) == {"health.model-wrong": "wrong", "health.model": "good"}


def test_a_profile_that_names_no_model_for_text(home: Home) -> None:
    home.profiles.mkdir()
    (home.profiles / "models.toml").write_text("model = []\n")
    assert states(home) == {"health.model-missing": "optional"}
    (home.profiles / "models.toml").write_text("model = 1\n")
    assert states(home) == {}
