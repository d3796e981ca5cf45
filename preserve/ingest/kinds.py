"""What kind of thing a file is, by the MIME type and the name of its format: a table, first row that fits counts."""

from __future__ import annotations

from dataclasses import dataclass

from preserve.ingest.facts import Identification, Kind


@dataclass(frozen=True, slots=True)
class _Row:
    """Fits where any word of one column does: the MIME type, how it begins, what it has, what the format's name has.

    `but` are words that must not be in the MIME type, `not_named` beginnings that the name must not have.
    """

    kind: Kind
    exactly: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    not_named: tuple[str, ...] = ()

    def fits(self, mime: str, name: str) -> bool:
        """Whether it does; both in lower case."""
        if any(word in mime for word in self.but) or name.startswith(self.not_named):
            return False
        return (
            mime in self.exactly
            or mime.startswith(self.begins)
            or any(word in mime for word in self.has)
            or any(word in name for word in self.named)
        )


_PHONE_VIDEO = ("3gpp audio/video", "3gpp2 audio/video")  # PRONOM gives them the MIME type of sound
_VIDEO = (
    *("video", "mpeg-4 media", "matroska", "quicktime", "webm"),
    *("m2ts", "transport stream", "program stream", "h.26"),
)
_OFFICE = ("word", "excel", "powerpoint", "opendocument", "office", "rich text", "wps", "ole2", "msword", "ms-")
_ARCHIVES = ("zip", "7z", "tape archive", "rar", "compressed", "gzip", "bzip", "xz", "iso 9660", "disk image")
_TEXT = ("text", "xml", "json", "csv", "toml", "yaml", "html", "subrip")

_TABLE = (
    _Row("email", exactly=("application/mbox",), begins=("message/",), named=("mbox",)),
    _Row("image", begins=("image/",)),
    _Row("sound", begins=("audio/",), not_named=_PHONE_VIDEO),
    _Row("video", exactly=("application/mp4",), begins=("video/", "audio/"), named=_VIDEO),
    _Row("document", has=("pdf", "ofd")),
    _Row("document", has=_OFFICE, named=_OFFICE, but=("text/",)),
    _Row("sound", named=("audio", "sound", "wave")),
    _Row("archive", has=("zip",), named=_ARCHIVES),
    _Row("text", begins=("text/",), has=_TEXT, named=_TEXT),
)
_SOUND_ONLY = (".m4a", ".amr", ".aac")
"""In a container that usually holds pictures, only the depositor's name tells that it does not."""


def kind_of(identification: Identification, name: str = "") -> Kind:
    """The kind by MIME type, and by the format's name where PRONOM gives no MIME type; `name` is the depositor's."""
    mime, title = identification.mime.lower(), identification.name.lower()
    kind: Kind = next((row.kind for row in _TABLE if row.fits(mime, title)), "other")
    return "sound" if kind == "video" and name.lower().endswith(_SOUND_ONLY) else kind
