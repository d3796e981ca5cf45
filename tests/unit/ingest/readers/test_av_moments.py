"""Moments as a recording's keys tell them, in the zone that they name, the maker's own before the container's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.clock import CHINA
from preserve.ingest.readers.av_moments import read_moment, witnesses


@given(
    st.datetimes(datetime(1990, 1, 2), datetime(2100, 1, 1)).map(lambda moment: moment.replace(microsecond=0)),
    st.sampled_from(["", " UTC", "Z", "+0800", "+02:00", "-05:30"]),
    st.sampled_from([" ", "T"]),
)
def test_moments_come_back(written: datetime, named: str, between: str) -> None:
    zones = {"": CHINA, " UTC": UTC, "Z": UTC, "+0800": CHINA, "+02:00": timezone(timedelta(hours=2))}
    zone = zones.get(named, timezone(-timedelta(hours=5, minutes=30)))
    read = read_moment(f"{written:%Y-%m-%d}{between}{written:%H:%M:%S}{named}", CHINA)
    assert read is not None and read[0] == written.replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("text", "utc", "zone"),
    [
        ("2019-04-24 22:24:00+02:00", datetime(2019, 4, 24, 20, 24, tzinfo=UTC), "+02:00"),
        ("UTC 2026-03-12 01:30:15", datetime(2026, 3, 12, 1, 30, 15, tzinfo=UTC), "UTC"),
        ("2026:03:12 09:30:15.250", datetime(2026, 3, 12, 1, 30, 15, tzinfo=UTC), str(CHINA)),
    ],
)
def test_the_zone_that_is_named_counts(text: str, utc: datetime, zone: str) -> None:
    assert read_moment(text, CHINA) == (utc, zone)


@pytest.mark.parametrize(
    "text",
    [
        "1904-01-01 00:00:00 UTC",
        "1970-01-01 00:00:00",
        "1980-01-01 00:00:00",
        "2026-03",
        "2026",
        "",
        "2026-13-01 00:00:00",
        "2026-03-12 01:30:15+25:00",
        "0001-01-01 00:00:00+14:00",
    ],
)
def test_the_zero_of_a_clock_and_what_is_no_moment_are_none(text: str) -> None:
    assert read_moment(text, CHINA) is None


def test_the_makers_key_goes_before_the_container() -> None:
    tracks: list[dict[str, Any]] = [
        {
            "Encoded_Date": "2026-11-18 02:00:00 UTC",
            "extra": {"com_apple_quicktime_creationdate": "2026-11-05T15:30:00+0800"},
        },
        {"Encoded_Date": "2026-11-18 02:00:01 UTC"},
    ]
    assert [(one.source, one.text) for one in witnesses(tracks, CHINA)] == [
        ("recorded", "2026-11-05T15:30:00+0800"),
        ("container", "2026-11-18 02:00:00 UTC"),
    ]
    tracks[0] = {"Recorded_Date": "2026", "extra": []}
    assert [one.text for one in witnesses(tracks, CHINA)] == ["2026-11-18 02:00:01 UTC"]
