"""Art. 13: what tells when a recording or photograph was taken agrees, or the difference is named with its times."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from metadata.findings import Finding
from preserve.clock import stamp
from preserve.ingest.facts import Character
from preserve.ingest.rules.times_agree import check, spoken_offset
from preserve.messages import speaking
from tests.support.views import TEN, recorded, video, view


def _findings(item: dict[str, Any], character: Character, **changes: Any) -> list[Finding]:
    return list(check(view({item["file"]: character}, item, **changes)))


def _named(seconds: float) -> dict[str, Any]:
    return {"properties": (("NameMoment", stamp(TEN + timedelta(seconds=seconds))),)}


@pytest.mark.parametrize(("apart", "codes"), [(60, []), (61, ["rule.recording-times-differ"])])
def test_up_to_the_tolerance_witnesses_agree(apart: float, codes: list[str]) -> None:
    findings = _findings(recorded("a.mp4"), video(0, 10, **_named(apart)))
    assert [finding.code for finding in findings] == codes
    for finding in findings:
        assert finding.values["article"] == "13"
        assert "10:00:00" in str(finding.values["times"]) and "10:01:01" in str(finding.values["times"])


def test_a_container_written_when_the_camera_stopped_is_no_disagreement() -> None:
    assert _findings(recorded("a.mp4"), video(600, 600, **_named(0))) == []
    assert len(_findings(recorded("a.mp4"), video(600, 400, **_named(0)))) == 1


def test_local_time_written_as_utc_has_a_sentence_of_its_own() -> None:
    (finding,) = _findings(recorded("a.mp4"), video(8 * 3600, 10, **_named(5)))
    assert finding.code == "rule.recording-times-zone"


def test_a_clocks_correction_is_a_note_once_a_device_with_its_files() -> None:
    clocks = [{"device": "A1", "seconds": 90, "source": "校时单"}]
    files = {"a.mp4": video(0, 10), "b.mp4": video(10, 10)}
    findings = list(check(view(files, recorded("a.mp4"), recorded("b.mp4"), clocks=clocks)))
    assert [(finding.code, finding.severity, finding.where) for finding in findings] == [
        ("rule.clock-corrected", "note", "A1")
    ]
    assert findings[0].values["files"] == 2
    written = recorded("c.mp4", recording_start="2026-01-06 10:00:00")
    assert list(check(view({"c.mp4": video(90, 10)}, written, clocks=clocks))) == [], "a person's time needs none"


def test_a_photographs_day_is_that_of_its_exif() -> None:
    photograph = Character("image", "test", started=TEN, started_from="exif")
    item = {"file": "a.jpg", "kind": "现场照片", "stage": "调查"}
    assert _findings({**item, "date": "2026-01-06"}, photograph) == []
    (finding,) = _findings({**item, "date": "2026-01-07"}, photograph)
    assert finding.code == "rule.photograph-times-differ"
    assert "2026-01-07" in str(finding.values["times"])


def test_a_photographs_camera_is_corrected_before_its_day_is_compared() -> None:
    past_midnight = Character("image", "test", started=TEN + timedelta(hours=15), started_from="exif")
    item = {"file": "a.jpg", "kind": "现场照片", "stage": "调查", "device": "A1", "date": "2026-01-06"}
    assert len(_findings(item, past_midnight)) == 1
    clocks = [{"device": "A1", "seconds": 7200, "source": "校时单"}]
    assert _findings(item, past_midnight, clocks=clocks) == []


def test_fast_and_slow_are_told_apart() -> None:
    with speaking("en"):
        assert spoken_offset(90) != spoken_offset(-90)
        assert "-" not in spoken_offset(-90)
