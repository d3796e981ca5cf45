"""How a file is shown in a browser: one fixed list of what is sent as it is, the rest as pictures or as plain text."""

from __future__ import annotations

from typing import Literal

Way = Literal["pages", "rendered", "picture", "sound", "video", "text", "none"]
"""`pages`: pictures of the pages; `rendered`: those that a program of somebody else draws, if one is named;
`text`: plain text in the page; `none`: what the reading room cannot show."""

MEDIA_TYPES = {
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".jpg": "image/jpeg",
    ".png": "image/png",
}
"""What a browser is ever told that archived bytes are. HTML, SVG and PDF are not among them: they can hold programs."""

OTHER = "application/octet-stream"

_WAYS: dict[str, Way] = {
    **dict.fromkeys((".pdf",), "pages"),
    **dict.fromkeys((".ofd", ".dwg", ".dxf"), "rendered"),
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".heic", ".jp2"), "picture"),
    **dict.fromkeys((".m4a", ".mp3", ".wav"), "sound"),
    **dict.fromkeys((".mp4",), "video"),
    **dict.fromkeys((".txt", ".csv", ".json", ".toml", ".xml", ".srt", ".vtt", ".log", ".md"), "text"),
}


def suffix_of(path: str) -> str:
    """The last suffix of a file's name, in small letters."""
    name = path.rpartition("/")[2]  # as `PurePosixPath.suffix`, at a tenth of the cost: a list has ten thousand files
    place = name.rfind(".")
    return name[place:].lower() if 0 < place < len(name) - 1 else ""


def way_of(path: str) -> Way:
    """How the file that is shown is shown, by the suffix that the archive itself gave it."""
    return _WAYS.get(suffix_of(path), "none")


def media_type_of(path: str) -> str:
    """What a browser is told that the bytes are."""
    return MEDIA_TYPES.get(suffix_of(path), OTHER)
