"""A picture stream without a container, as some recorders write it: how many pictures it has, and no times.

MediaInfo reads its beginning and guesses the rest; here every picture is counted.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from preserve.ingest.readers.report import Report
from preserve.programs import ToolFailed, probe

BARE = frozenset({"AVC", "HEVC"})
"""What MediaInfo calls the format of a whole file that is nothing but such a stream (Annex B of H.264 and H.265)."""
_COUNTED = ("FrameCount", "FrameRate", "Duration")


def count_pictures(path: Path, report: Report) -> None:
    """Put pictures, rate and duration right; tell that nothing says when each picture was taken."""
    with suppress(ToolFailed, KeyError, ValueError, ZeroDivisionError):
        (stream,) = probe(path, ("-count_packets",))["streams"]
        pictures, rate = int(stream["nb_read_packets"]), Fraction(stream["r_frame_rate"])
        report.duration = float(pictures / rate)
        counted = (str(pictures), f"{float(rate):.3f}", f"{report.duration:.3f}")
        report.streams[:] = [
            replace(one, properties=_without(one.properties) + tuple(zip(_COUNTED, counted, strict=True)))
            if one.kind == "video"
            else one
            for one in report.streams
        ]
        report.tell("no-times", "note", count=pictures, rate=f"{float(rate):g}")


def _without(properties: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in properties if name not in _COUNTED)
