"""What reads files by machine, one reader for each thing that a file is read for.

A reader is opened for a home, because models and thresholds may be the bureau's own. What is not installed, or has no
model, opens to None: then nothing is read for that, and `doctor` says what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from preserve.data_management.object_index import ObjectRow
from preserve.home import Home
from preserve.machine_reading.records import Engine, Record, What


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads files for one thing. `wants` says of which originals anything can be expected.

    `read` is given where a file lies and its name in the case; it gives records of that name, and where a page or the
    whole file cannot be read an `Unread` that says why. Whatever it decodes it decodes in a bounded process: it neither
    hangs nor takes this one along. With another `engine` files are read again. One that has `resume` reads page by
    page and can begin at a page: then a run that was cut off in a long file goes on there.
    """

    what: What
    engine: Engine
    wants: Callable[[ObjectRow], bool]
    read: Callable[[Path, str], Iterable[Record]]
    resume: Callable[[Path, str, int], Iterable[Record]] | None = None


Opening = Callable[[Home], Reader | None]


def _ocr(home: Home) -> Reader | None:
    from preserve.services.machine_ocr import open_ocr

    return open_ocr(home)


def _voice(home: Home) -> Reader | None:
    from preserve.services.machine_ears import voice_reader

    return voice_reader(home)


def _speech(home: Home) -> Reader | None:
    from preserve.services.machine_ears import speech_reader

    return speech_reader(home)


def _clock(home: Home) -> Reader | None:
    from preserve.services.recording_readers import open_clock_reader

    return open_clock_reader(home)


def _stretch(home: Home) -> Reader | None:
    from preserve.services.recording_readers import open_stretch_reader

    return open_stretch_reader(home)


def _places(home: Home) -> Reader | None:
    from preserve.services.machine_places import open_places

    return open_places(home)


READERS: Mapping[What, Opening] = {
    "ocr": _ocr,
    "voice": _voice,
    "speech": _speech,
    "clock": _clock,
    "stretch": _stretch,
    "place": _places,
}
"""Every reader there may be; what it needs is imported when it is opened."""


def readers(home: Home, what: Sequence[What] = ()) -> tuple[Reader, ...]:
    """Those that can read here, of all or of these."""
    opened = (READERS[name](home) for name in READERS if not what or name in what)
    return tuple(reader for reader in opened if reader is not None)
