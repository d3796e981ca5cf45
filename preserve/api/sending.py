"""Answers: documents as JSON with their tag, and files that an operation wrote, sent and then dropped."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

_SHOWN = frozenset(
    {"video/mp4", "audio/mp4", "audio/x-m4a", "audio/mpeg", "audio/wav", "audio/x-wav", "image/jpeg", "image/png"}
)
"""Kinds of archived bytes that are named as they are; every other is bytes to be saved, and no browser opens it."""


def send_document(document: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A document in UTF-8."""
    body = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
    return Response(body, status, dict(headers or {}), media_type="application/json")


def tag_of(document: Mapping[str, Any]) -> str:
    """A tag that is another when the document is."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
    return f'"{hashlib.sha256(text).hexdigest()}"'


def attachment(name: str) -> str:
    """Content-Disposition for a file name (RFC 6266, RFC 8187): nothing of the name can end the header."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name.encode('utf-8', 'replace'), safe='')}"


def send_folder(folder: Path, name: str, room: Path, kind: str = "") -> Response:
    """What an operation wrote below `folder`: the one file there, or all of them as a ZIP; `room` is dropped then."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if len(files) == 1 and files[0].parent == folder:
        return _send(files[0], files[0].name, kind or "application/octet-stream", room)
    packed = room / "answer.zip"
    with zipfile.ZipFile(packed, "x", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.relative_to(folder).as_posix())
    return _send(packed, f"{name}.zip", "application/zip", room)


def send_file(path: Path, room: Path, kind: str) -> Response:
    """One file that an operation wrote; `room` is dropped when it is sent."""
    return _send(path, path.name, kind, room)


def send_bytes(data: bytes, kind: str, name: str) -> Response:
    """Bytes that a result holds, to be saved under this name."""
    digest = hashlib.sha256(data).hexdigest()
    headers = {"content-disposition": attachment(name), "etag": f'"{digest}"', "cache-control": "private, no-store"}
    return Response(data, headers=headers, media_type=kind)


def send_kept(path: Path, name: str) -> Response:
    """A file that stays, to be saved under this name."""
    headers = {"content-disposition": attachment(name), "cache-control": "private, no-store"}
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


def send_copy(path: Path, sha256: str, kind: str) -> Response:
    """A copy in the viewing room, in the ranges that are asked for (RFC 9110 §14), with its digest (RFC 9530)."""
    headers = {"cache-control": "private, no-store"}
    if sha256:
        digest = base64.b64encode(bytes.fromhex(sha256)).decode("ascii")
        headers |= {"etag": f'"{sha256}"', "repr-digest": f"sha-256=:{digest}:"}
    return FileResponse(path, media_type=kind if kind in _SHOWN else "application/octet-stream", headers=headers)


def _send(path: Path, name: str, kind: str, room: Path) -> Response:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    headers = {"content-disposition": attachment(name), "etag": f'"{digest}"'}
    return _Dropped(path, room, media_type=kind, headers=headers)


class _Dropped(FileResponse):
    """A file that goes with its room however its sending ends: a range that is none, a connection that was cut off."""

    def __init__(self, path: Path, room: Path, **how: Any) -> None:
        super().__init__(path, **how)
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            shutil.rmtree(self._room, ignore_errors=True)
