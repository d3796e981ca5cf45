"""What is ours and no text: a paper to keep, which no browser shows as a page of this door; a plot within a page."""

from __future__ import annotations

from urllib.parse import quote

from markupsafe import Markup
from starlette.responses import Response

PDF = "application/pdf"


def drawn(plot: str) -> Markup:
    """A plot that this program drew, as part of a page: `services.plots` and the reports escape every name in it."""
    return Markup(plot)


def download(data: bytes, name: str, kind: str = "application/octet-stream") -> Response:
    """A file to keep, under this name whatever signs are in it (RFC 6266 with RFC 8187); nobody else's cache has it."""
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "cache-control": "private, no-store",
    }
    return Response(data, media_type=kind, headers=headers)
