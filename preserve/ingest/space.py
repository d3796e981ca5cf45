"""How much room an ingest will need, reckoned before the first byte is copied."""

from __future__ import annotations

from collections.abc import Iterable

from preserve.home import Home
from preserve.ingest.normalise import FormatsProfile, formats_profile
from preserve.ingest.receive import Deposit

_PER_FILE = 12_000
"""Bytes of METS, PREMIS, manifests and file-system blocks a file; measured 4 to 9 kB."""
_FIXED = 8 << 20


def _words(text: str) -> list[str]:
    return text.split()


_VIDEO = frozenset(_words("mp4 m4v mov avi mkv wmv asf 3gp mts m2ts ts mpg mpeg dav flv h264 264 h265 265 webm"))
_BARE = frozenset(_words("h264 264 h265 265"))  # picture streams without a container, which stay as they are
_SOUND = frozenset(_words("wav mp3 m4a amr wma aac ogg opus flac"))
_OFFICE = frozenset(_words("doc docx wps xls xlsx et ppt pptx dps rtf odt ods odp"))


def reckon(home: Home, deposit: Deposit) -> int:
    """Bytes that the package, and the scratch files of its making, will need at most, by names and sizes."""
    return reckon_sizes(home, ((entry.path, entry.size) for entry in deposit.files))


def reckon_sizes(home: Home, files: Iterable[tuple[str, int]]) -> int:
    """The same of names and sizes alone, before there is a deposit."""
    profile = formats_profile(home.profiles)
    needed = _FIXED
    for path, size in files:
        needed += size + _PER_FILE + int(size * _factor(path, home.settings.policy, profile))
    return needed


def _factor(name: str, policy: str, profile: FormatsProfile) -> float:
    """How many times its size a file's derivatives need; by its name, since nothing was read yet."""
    extension = name.rpartition(".")[2].lower()
    size = profile.estimate
    if extension in _BARE and policy == "compact":
        return size["mp4"]
    if extension in _VIDEO:
        open_codec = extension in ("mp4", "mov", "m4v", "mkv", "ts", "mts")
        return size["mp4"] + (size["rewrap"] if policy == "compact" and open_codec else size["ffv1"])
    if extension in _SOUND:
        return size["m4a"] + (0 if extension in ("wav", "flac") else size["flac"])
    if extension in ("jpg", "jpeg", "png", "tif", "tiff"):
        return size["jpeg"]
    if extension in ("heic", "heif", "bmp", "gif", "webp"):
        return size["jpeg"] + size["raster"]
    if extension in _OFFICE:
        return size["pdfa"]
    return size["utf8"] if extension in ("txt", "csv", "log", "srt") else 0
