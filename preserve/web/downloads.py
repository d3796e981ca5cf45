"""A file that leaves by a page: never shown by the browser, under a name that no header can be broken with."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from starlette.responses import Response

from preserve.services.text import one_line

_KINDS = {".pdf": "application/pdf", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def attachment(name: str, data: bytes) -> Response:
    """These bytes as a file to keep, named as RFC 6266 and RFC 8187 say; kinds we do not make are only bytes."""
    plain = one_line(name).replace("/", "_").replace("\\", "_").strip(". ") or "file"
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    safe = (
        "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in ascii_only).strip("_.") or "file"
    )
    kind = next((kind for ending, kind in _KINDS.items() if plain.lower().endswith(ending)), "application/octet-stream")
    return Response(
        data,
        media_type=kind,
        headers={
            "content-disposition": f"attachment; filename=\"{safe}\"; filename*=UTF-8''{quote(plain, safe='')}",
            "cache-control": "private, no-store",
        },
    )
