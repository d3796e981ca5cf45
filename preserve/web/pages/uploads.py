"""The upload in the browser: its page, the list that opens it, and the bytes by tus 1.0.0 or in packs.

Sources: tus resumable upload protocol 1.0.0, https://tus.io/protocols/resumable-upload, core, creation, checksum,
termination and expiration. A file's address is its line in the list, so no name comes from a header.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime
from email.utils import format_datetime
from typing import Any

import anyio.from_thread
from starlette.responses import JSONResponse, Response

from preserve.errors import Conflict, NotIntact, PreserveError, Refused, UsageError
from preserve.messages import hint, say
from preserve.services import jobs, uploads
from preserve.services.http import http_status
from preserve.services.receiving import Received, receive
from preserve.services.uploads import Offered
from preserve.web.asked import Asked
from preserve.web.routing import page

TUS = "1.0.0"
LARGEST_LIST = 64 << 20
_CHECKSUM_MISMATCH = 460


@page("GET", "/deposits/new", "upload.open")
def new(asked: Asked) -> Response:
    """The page that a folder is dropped onto. With `again` it goes on with an upload, with `into` it changes one."""
    into = asked.query.get("into", "")
    into = into if into.replace("-", "").isalnum() else ""
    return asked.show("deposits/new.html", who=asked.who, again=asked.query.get("again", ""), into=into)


@page("POST", "/deposits/uploads", "upload.open", largest=LARGEST_LIST, raw=True)
def begin(asked: Asked) -> Response:
    """Open an upload by its list: a first line with its name, then one of JSON a file."""
    try:
        name, files = _list(body(asked))
        opened = uploads.open_upload(asked.session, name, files)
    except PreserveError as error:
        return told(error)
    return JSONResponse(_state(opened), status_code=200 if opened.resumed else 201, headers=_headers())


@page("POST", "/deposits/{id}/reopen", "upload.reopen", largest=LARGEST_LIST, raw=True)
def reopen(asked: Asked) -> Response:
    """Another list for an upload that went back."""
    try:
        _, files = _list(body(asked))
        opened = uploads.reopen(asked.session, asked.path["id"], files)
    except PreserveError as error:
        return told(error)
    return JSONResponse(_state(opened), headers=_headers())


def _list(data: bytes) -> tuple[str, list[Offered]]:
    try:
        head, *rows = (json.loads(line) for line in data.split(b"\n") if line.strip())
        files = [Offered(str(row["path"]), int(row["size"]), int(row["mtime"])) for row in rows]
        return str(head.get("name", "")), files
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise UsageError("deposit.list-unreadable") from error


def _state(opened: uploads.OpenUpload) -> dict[str, Any]:
    return {
        "id": opened.id,
        "name": opened.name,
        "resumed": opened.resumed,
        "lines": opened.lines,
        "bytes": opened.bytes,
        "missing": [[line, have] for line, have in opened.missing.items()],
        "ends": opened.ends,
    }


@page("GET", "/deposits/{id}/upload", "upload.show")
def state(asked: Asked) -> Response:
    """How far it is, after a break."""
    try:
        return JSONResponse(_state(uploads.show_upload(asked.session, asked.path["id"])), headers=_headers())
    except PreserveError as error:
        return told(error)


@page("HEAD", "/deposits/{id}/upload/{line}", "upload.offset")
def offset(asked: Asked) -> Response:
    """tus: how many bytes of one file are there."""
    try:
        there = uploads.offset(asked.session, asked.path["id"], _line(asked))
    except PreserveError as error:
        return told(error)
    headers = {"upload-offset": str(there.offset), "upload-length": str(there.size)}
    return Response(status_code=200, headers={**_headers(there.ends), **headers})


@page("PATCH", "/deposits/{id}/upload/{line}", "upload.append", largest=uploads.LARGEST_PIECE, raw=True)
def append(asked: Asked) -> Response:
    """tus: one more piece of a file."""
    headers = asked.request.headers
    try:
        if headers.get("content-type") != "application/offset+octet-stream":
            raise UsageError("deposit.not-a-piece")
        at = headers.get("upload-offset", "")
        if not (at.isascii() and at.isdigit() and len(at) < 20):
            raise UsageError("deposit.not-a-piece")
        digest = _checksum(headers.get("upload-checksum", ""))
        there = uploads.append(asked.session, asked.path["id"], _line(asked), int(at), piece(asked), digest)
    except PreserveError as error:
        return told(error)
    return Response(status_code=204, headers={**_headers(there.ends), "upload-offset": str(there.offset)})


@page("DELETE", "/deposits/{id}/upload/{line}", "upload.start_again", raw=True)
def start_again(asked: Asked) -> Response:
    """tus termination: forget what came of one file."""
    try:
        uploads.start_again(asked.session, asked.path["id"], _line(asked))
    except PreserveError as error:
        return told(error)
    return Response(status_code=204, headers=_headers())


@page("PATCH", "/deposits/{id}/pack", "upload.append_pack", largest=uploads.LARGEST_PACK, raw=True)
def pack(asked: Asked) -> Response:
    """Many small files in one request."""
    try:
        taken = uploads.append_pack(asked.session, asked.path["id"], body(asked))
    except PreserveError as error:
        return told(error)
    return JSONResponse({"taken": taken.taken}, headers=_headers())


@page("POST", "/deposits/{id}/close", "upload.close", "upload.unread", "job.ask", raw=True)
def close(asked: Asked) -> Response:
    """Every file is sent: compare, at once or as a job where there is much to read; then on to the deposit."""
    deposit = asked.path["id"]
    try:
        if uploads.unread(asked.session, deposit).taken > uploads.READ_AT_ONCE:
            made = jobs.ask(asked.session, "upload.close", {"deposit": deposit}, key=f"close-{deposit}")
            return JSONResponse({"next": f"/jobs/{made.id}"}, status_code=202)
        uploads.close(asked.session, deposit)
    except Conflict:
        pass  # closed already: a second tab was quicker
    except PreserveError as error:
        return told(error)
    return JSONResponse({"next": f"/deposits/{deposit}"})


def _line(asked: Asked) -> int:
    text = str(asked.path["line"])
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise UsageError("deposit.not-a-piece")
    return int(text)


def _checksum(header: str) -> str:
    """The SHA-256 in hex of `sha256 BASE64`; nothing of no header. Raises UsageError for another algorithm."""
    if not header:
        return ""
    algorithm, _, value = header.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except ValueError as error:  # also for what is not ASCII
        raise UsageError("deposit.not-a-piece") from error
    if algorithm != "sha256" or len(digest) != 32:
        raise UsageError("deposit.not-a-piece")
    return digest.hex()


def piece(asked: Asked) -> Received:
    """The body of a raw request, hashed while it arrives."""
    return anyio.from_thread.run(receive, asked.stream)


def body(asked: Asked) -> bytes:
    """The whole body of a raw request; its size is held down by the page's `largest`."""

    async def read() -> bytes:
        return b"".join([piece async for piece in asked.stream])

    return anyio.from_thread.run(read)


def _headers(ends: str = "") -> dict[str, str]:
    headers = {"tus-resumable": TUS, "cache-control": "no-store"}
    if ends:
        headers["upload-expires"] = format_datetime(datetime.fromisoformat(ends), usegmt=True)
    return headers


def told(error: PreserveError) -> Response:
    """An error for the script: its code, its sentence, what to do, and where an upload ends that another wrote to."""
    wrong_bytes = isinstance(error, NotIntact) and error.code == "deposit.checksum"
    status = _CHECKSUM_MISMATCH if wrong_bytes else http_status(error)
    headers = _headers()
    if "offset" in error.values:
        headers["upload-offset"] = str(error.values["offset"])
    found = [
        {"where": one.where, "message": say(one.code, **one.values), "hint": hint(one.code, **one.values)}
        for one in error.findings[:100]
    ]
    return JSONResponse(
        {
            "code": error.code,
            "message": say(error.code, where=error.where, **error.values),
            "hint": hint(error.code, where=error.where, **error.values),
            "where": error.where if isinstance(error, Refused) else "",
            "findings": found,
        },
        status_code=status,
        headers=headers,
    )
