"""Asks a running clamd whether bytes hold a known virus: the INSTREAM command of clamd(8).

clamd answers only for what it read. A stream longer than its StreamMaxLength is cut off by it with an error; such
a file was not scanned, and is never said to be clean.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Literal

from preserve.errors import ToolMissing

_CHUNK = 1 << 17
_PATIENCE = 120.0  # seconds for one answer; clamd reloads its signatures meanwhile
_LONGEST_ANSWER = 1 << 16

State = Literal["clean", "infected", "not-scanned"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What clamd said of one file. `detail` is the signature's name, or why it did not scan."""

    state: State
    detail: str = ""


def version(address: str) -> str:
    """clamd's version and that of its signatures. Raises ToolMissing when it does not answer."""
    with _connected(address) as connection:
        connection.sendall(b"zVERSION\0")
        return _answer(connection)


def scan_stream(address: str, stream: BinaryIO) -> Answer:
    """Send the bytes of `stream` to clamd. `address` is a socket's path or `host:port`. Raises ToolMissing."""
    with _connected(address) as connection:
        try:
            connection.sendall(b"zINSTREAM\0")
            while data := stream.read(_CHUNK):
                connection.sendall(struct.pack(">I", len(data)) + data)
            connection.sendall(struct.pack(">I", 0))
        except (BrokenPipeError, ConnectionResetError):
            pass  # clamd stops reading at its limit, and its answer says so
        return _understood(_answer(connection))


def _understood(answer: str) -> Answer:
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return Answer("clean")
    if said.startswith("Heuristics.Limits.Exceeded"):  # AlertExceedsMax: it gave up, it found nothing
        return Answer("not-scanned", said.removesuffix(" FOUND"))
    if said.endswith(" FOUND"):
        return Answer("infected", said.removesuffix(" FOUND"))
    return Answer("not-scanned", said or "no answer")


def _answer(connection: socket.socket) -> str:
    received = b""
    try:
        while b"\0" not in received and len(received) < _LONGEST_ANSWER and (data := connection.recv(4096)):
            received += data
    except ConnectionResetError:
        pass  # the rest of our bytes were thrown away, maybe with the answer
    return received.partition(b"\0")[0].decode("utf-8", "replace").strip()


@contextmanager
def _connected(address: str) -> Iterator[socket.socket]:
    host, colon, port = address.rpartition(":")
    try:
        if colon and port.isdigit() and "/" not in address:
            connection = socket.create_connection((host.strip("[]"), int(port)), _PATIENCE)
        else:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(_PATIENCE)
            connection.connect(address)
        with connection:
            yield connection
    except OSError as error:
        raise ToolMissing("sip.clamd-silent", address, reason=error.strerror or str(error)) from error
