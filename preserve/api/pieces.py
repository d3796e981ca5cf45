"""Files handed in by pieces: tus 1.0.0 (core, creation, checksum, termination, expiration) over the lines of a list.

A file's address is its line in the deposit's list, so no name ever comes from a header. Source: tus.io/protocols.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Annotated, Any

from fastapi import FastAPI, Header
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from preserve.api.asking import known_session, language_of
from preserve.api.describing import refusals
from preserve.api.offers import MIB
from preserve.api.problems import problem_of, refuse
from preserve.api.sending import send_document
from preserve.messages import at_door, speaking
from preserve.services import uploads
from preserve.services.http import NOT_AS_SENT
from preserve.services.receiving import receive
from preserve.services.session import Session
from preserve.services.standing import Standing

TUS = {"tus-resumable": "1.0.0"}
ABILITIES = {
    "tus-version": "1.0.0",
    "tus-extension": "creation,checksum,termination,expiration",
    "tus-checksum-algorithm": "sha256",
    "tus-max-size": str(1 << 42),
}
PIECE = "application/offset+octet-stream"
ROWS = (
    ("OPTIONS", "/deposits/{deposit}/files", "upload.show"),
    ("POST", "/deposits/{deposit}/files", "upload.offset"),
    ("HEAD", "/deposits/{deposit}/files/{line}", "upload.offset"),
    ("PATCH", "/deposits/{deposit}/files/{line}", "upload.append"),
    ("DELETE", "/deposits/{deposit}/files/{line}", "upload.start_again"),
    ("PATCH", "/deposits/{deposit}/pack", "upload.append_pack"),
)
"""Verb, path and operation of each route here."""

Deposit = Annotated[str, InPath(max_length=100)]
Line = Annotated[int, InPath(ge=1, le=10**6)]
Version = Annotated[str, Header(alias="Tus-Resumable", description="1.0.0")]
Offset = Annotated[int, Header(alias="Upload-Offset", ge=0, le=1 << 42)]
Length = Annotated[int, Header(alias="Upload-Length", ge=0, le=1 << 42)]
Metadata = Annotated[str, Header(alias="Upload-Metadata", max_length=1000, description="`line` and its number, base64")]
Checksum = Annotated[str, Header(alias="Upload-Checksum", max_length=200, description="`sha256` and the sum, base64")]


class Pieces:
    """The routes of one archive."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def add_to(self, app: FastAPI) -> None:
        """Add every route to the door."""
        handlers: Mapping[str, Callable[..., Any]] = {
            "OPTIONS /deposits/{deposit}/files": self.abilities,
            "POST /deposits/{deposit}/files": self.create,
            "HEAD /deposits/{deposit}/files/{line}": self.offset,
            "PATCH /deposits/{deposit}/files/{line}": self.append,
            "DELETE /deposits/{deposit}/files/{line}": self.drop,
            "PATCH /deposits/{deposit}/pack": self.pack,
        }
        for verb, path, operation in ROWS:
            app.add_api_route(
                path,
                handlers[f"{verb} {path}"],
                methods=[verb],
                operation_id=f"{verb.lower()}:{path}",
                response_model=None,
                status_code={"POST": 201}.get(verb, 200 if path.endswith("pack") else 204),
                responses={**refusals(), 460: refusals()[422]},
                tags=["deposits"],
                max_body_size={"append_pack": uploads.LARGEST_PACK, "append": uploads.LARGEST_PIECE}.get(
                    operation.partition(".")[2], MIB
                ),
            )

    async def _answered(
        self, request: Request, deed: Callable[[Session], Response], version: str = "1.0.0"
    ) -> Response:
        def answer() -> Response:
            try:
                if version != "1.0.0":
                    raise refuse(412, "api.tus-version")
                session = known_session(request, self._standing, asks_by_itself=True)
                with speaking(session.language), at_door("api"):
                    return deed(session)
            except Exception as error:  # noqa: BLE001  every error has its answer; a defect goes to the log
                return _refused(request, error, language_of(request, self._standing.language))

        response = await run_in_threadpool(answer)
        response.headers.update(TUS)
        if response.status_code == 412:
            response.headers["tus-version"] = "1.0.0"
        return response

    async def abilities(self, request: Request, deposit: Deposit) -> Response:
        """What this door can do of the protocol."""

        def deed(session: Session) -> Response:
            uploads.show_upload(session, deposit)
            return Response(status_code=204, headers=ABILITIES)

        return await self._answered(request, deed)

    async def create(
        self, request: Request, deposit: Deposit, version: Version, length: Length, metadata: Metadata
    ) -> Response:
        """The address of a line of the list; its length must be that of the list."""

        def deed(session: Session) -> Response:
            line = _line_of(metadata)
            there = uploads.offset(session, deposit, line)
            if there.size != length:
                raise refuse(422, "api.length-differs", str(line), size=there.size)
            address = f"{request.url.path.rstrip('/')}/{line}"
            return Response(status_code=201, headers={"location": address, **_shown(there)})

        return await self._answered(request, deed, version)

    async def offset(self, request: Request, deposit: Deposit, line: Line, version: Version) -> Response:
        """How many bytes of a file are there."""

        def deed(session: Session) -> Response:
            return Response(status_code=200, headers=_shown(uploads.offset(session, deposit, line)))

        return await self._answered(request, deed, version)

    async def append(
        self, request: Request, deposit: Deposit, line: Line, version: Version, at: Offset, checksum: Checksum = ""
    ) -> Response:
        """Add a piece to a file, at its end."""
        data = await receive(request.stream())

        def deed(session: Session) -> Response:
            if request.headers.get("content-type", "").lower() != PIECE:
                raise refuse(415, "api.wrong-kind")
            taken = uploads.append(session, deposit, line, at, data, _sum_of(checksum))
            return Response(status_code=204, headers=_shown(taken))

        return await self._answered(request, deed, version)

    async def drop(self, request: Request, deposit: Deposit, line: Line, version: Version) -> Response:
        """Forget what came of a file that is not whole."""

        def deed(session: Session) -> Response:
            uploads.start_again(session, deposit, line)
            return Response(status_code=204)

        return await self._answered(request, deed, version)

    async def pack(self, request: Request, deposit: Deposit) -> Response:
        """Add many small files at once."""
        data = await request.body()

        def deed(session: Session) -> Response:
            return send_document({"taken": uploads.append_pack(session, deposit, data).taken})

        return await self._answered(request, deed)


def _shown(taken: uploads.PieceTaken) -> dict[str, str]:
    return {
        "upload-offset": str(taken.offset),
        "upload-length": str(taken.size),
        "upload-expires": format_datetime(datetime.fromisoformat(taken.ends).astimezone(UTC), usegmt=True),
    }


def _refused(request: Request, error: Exception, language: Any) -> Response:
    """The answer to an error; bytes that are not those that were sent are 460, as the protocol has it."""
    differs = getattr(error, "code", "") in NOT_AS_SENT
    return problem_of(request, error, language, status=460 if differs else 0)


def _line_of(metadata: str) -> int:
    """The line that `Upload-Metadata` names. Raises Refusal."""
    for pair in metadata.split(","):
        name, _, value = pair.strip().partition(" ")
        if name == "line":
            try:
                return int(base64.b64decode(value, validate=True).decode("ascii"))
            except (ValueError, binascii.Error):
                break
    raise refuse(422, "api.line-missing")


def _sum_of(checksum: str) -> str:
    """The SHA-256 that `Upload-Checksum` names, in hexadecimal; empty where there is none. Raises Refusal."""
    if not checksum:
        return ""
    algorithm, _, value = checksum.partition(" ")
    try:
        data = base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error):
        data = b""
    if algorithm != "sha256" or len(data) != 32:
        raise refuse(400, "api.checksum-wrong")
    return data.hex()
