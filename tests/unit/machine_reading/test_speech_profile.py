"""The words and thresholds of a bureau: what cannot be meant is a mistake."""

from __future__ import annotations

import pytest

from preserve.machine_reading.speech_profile import SpeechProfile, speech_profile

PROFILE = speech_profile(None)


def test_a_pattern_that_is_found_in_silence_is_a_mistake() -> None:
    for wrong in ("", "(", "(现在)?", ".*"):
        with pytest.raises(ValueError):
            SpeechProfile.model_validate({**PROFILE.model_dump(), "preamble": {"words": {"time": [wrong]}}})


def test_no_finding_of_a_machine_weighs_more_than_a_warning() -> None:
    with pytest.raises(ValueError):
        SpeechProfile.model_validate(
            {**PROFILE.model_dump(), "beginning": {**PROFILE.beginning.model_dump(), "severity": "error"}}
        )
