"""Art. 9, 10, 13: photographs, undated recordings, second devices, and measures that were recorded in part."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.unit.ingest.rules.test_life import Case, judged

LATER = {"stored": "2026-03-06 10:00"}  # measures of Case.measure are on 5 March, a day after the first
DAY = 86400


def _photograph(case: Case, seconds: float | None, **more: object) -> None:
    case.kinds["p.jpg"] = "image"
    case.files["p.jpg"] = (seconds or 0, 0)
    case.content["objects"].append({"file": "p.jpg", "kind": "留置送达照片", "stage": "送达", **more})


def _lien(case: Case) -> None:
    case.measure("留置送达")
    case.paper("留置送达记录", "送达")


NO_RECORDING = "warning measure-not-recorded-situational"
CASES: dict[str, tuple[Callable[[Case], object], list[str]]] = {
    "a photograph of the service is a recording": (lambda c: (_lien(c), _photograph(c, DAY + 60)), []),
    "one of another day is none": (lambda c: (_lien(c), _photograph(c, 0)), [NO_RECORDING]),
    "a scan of that day is no photograph": (
        lambda c: (_lien(c), _photograph(c, DAY + 60), c.of("p.jpg").update(kind="送达回证")),
        [NO_RECORDING],
    ),
    "photographs do not show a seizure from start to end": (
        lambda c: (c.measure("扣押"), c.paper("扣押决定书", "执行"), _photograph(c, DAY + 60, stage="执行")),
        ["error measure-only-photographs"],
    ),
    "an inspection of which a minute was recorded": (
        lambda c: (c.measure("现场检查", end="2026-03-05 11:00"), c.add("b.mp4", DAY, 60, **LATER)),
        ["warning measure-partly-recorded"],
    ),
    "an inspection of which the end was recorded": (
        lambda c: (c.measure("现场检查", end="2026-03-05 11:00"), c.add("b.mp4", DAY + 3300, 300, **LATER)),
        ["warning measure-partly-recorded"],
    ),
    "recorded in part for a reason": (
        lambda c: (
            c.measure("现场检查", end="2026-03-05 11:00"),
            c.content["measures"][-1].update(unrecorded_reason="设备电量耗尽，当场补充文字记录"),
            c.add("b.mp4", DAY, 60, **LATER),
        ),
        ["note measure-partly-recorded-reason"],
    ),
    "recorded in part, which is explained": (
        lambda c: (
            c.measure("现场检查", end="2026-03-05 11:00"),
            c.add("b.mp4", DAY, 60, **LATER),
            c.of("中止记录说明.pdf").update(explains="b.mp4"),
        ),
        ["note measure-partly-recorded-explained"],
    ),
    "an inspection recorded whole by two devices": (
        lambda c: (
            c.measure("现场检查", end="2026-03-05 10:20"),
            c.add("b.mp4", DAY, 700, **LATER),
            c.add("d.mp4", DAY + 600, 600, device="DSJ-2", **LATER),
        ),
        [],
    ),
    "an inspection without its end": (
        lambda c: (c.measure("现场检查", end=None), c.add("b.mp4", DAY, 60, **LATER)),
        ["note measure-end-unknown"],
    ),
    "an objection that nothing shows": (
        lambda c: c.content.update(incidents=[{"incident": "提出异议", "when": "2026-03-05 10:00"}]),
        ["warning incident-not-recorded"],
    ),
    "an objection during the recording": (
        lambda c: c.content.update(incidents=[{"incident": "提出异议", "when": "2026-03-04 10:03"}]),
        [],
    ),
    "an objection of the day of the recording": (
        lambda c: c.content.update(incidents=[{"incident": "拒绝", "when": "2026-03-04"}]),
        [],
    ),
    "abuse at no known time": (lambda c: c.content.update(incidents=[{"incident": "谩骂侮辱"}]), []),
    "another reason for long-term storage is no dispute": (
        lambda c: c.content.update(incidents=[{"incident": "其他", "when": "2026-03-05 10:00"}]),
        [],
    ),
}


@pytest.mark.parametrize("name", list(CASES))
def test_measures_and_disputes(name: str) -> None:
    change, expected = CASES[name]
    case = Case()
    change(case)
    assert judged(case) == sorted(expected)


def _second(case: Case, start: float, length: float, device: str = "DSJ-2") -> None:
    case.files["a2.mp4"] = (390, 300)  # a hole of a minute and a half in the first device's recording
    case.add("b.mp4", start, length, device=device)


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        (0, 600, ["note recording-gap-other-device a2.mp4"]),
        (299, 92, ["note recording-gap-other-device a2.mp4"]),
        (0, 350, ["error recording-gap a2.mp4"]),  # ends in the hole
        (340, 300, ["error recording-gap a2.mp4"]),  # begins in it
    ],
)
def test_what_a_second_device_recorded_is_no_hole(start: float, length: float, expected: list[str]) -> None:
    case = Case()
    _second(case, start, length)
    assert judged(case) == expected


def test_two_other_devices_do_not_make_one() -> None:
    case = Case()
    _second(case, 0, 340)
    case.add("d.mp4", 340, 300, device="DSJ-3")
    assert judged(case) == ["error recording-gap a2.mp4"]
