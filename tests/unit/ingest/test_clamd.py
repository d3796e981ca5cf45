"""clamd's protocol on a socket: what is sent, and what of its answers may be called clean."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preserve.errors import ToolMissing
from preserve.ingest.clamd import Answer, scan_stream, version


class _Peer:
    """A server that takes one connection, keeps what it was sent, and answers; it may stop reading at a limit."""

    def __init__(self, listening: socket.socket, answer: bytes, most: int) -> None:
        self.command, self.received = b"", b""
        self._listening, self._answer, self._most = listening, answer, most
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        with connection, connection.makefile("rb") as stream:
            while not self.command.endswith(b"\0"):
                self.command += stream.read(1)
            while self.command == b"zINSTREAM\0" and len(self.received) < self._most:
                (size,) = struct.unpack(">I", stream.read(4))
                if not size:
                    break
                self.received += stream.read(size)
            connection.sendall(self._answer)


@contextmanager
def _peer(answer: bytes, most: int = 1 << 30) -> Iterator[tuple[_Peer, str]]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        peer = _Peer(listening, answer, most)
        yield peer, f"127.0.0.1:{listening.getsockname()[1]}"
        peer.thread.join()


@settings(max_examples=15, deadline=None)
@given(st.binary(max_size=300_000))
def test_every_byte_is_sent_and_the_end_is_said(data: bytes) -> None:
    with _peer(b"stream: OK\0") as (peer, address):
        assert scan_stream(address, io.BytesIO(data)) == Answer("clean")
    assert (peer.command, peer.received) == (b"zINSTREAM\0", data)


@pytest.mark.parametrize(
    ("answer", "understood"),
    [
        (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", Answer("infected", "Win.Test.EICAR_HDB-1")),
        (
            b"stream: Heuristics.Limits.Exceeded.MaxScanSize FOUND\0",
            Answer("not-scanned", "Heuristics.Limits.Exceeded.MaxScanSize"),
        ),
        (b"INSTREAM size limit exceeded. ERROR\0", Answer("not-scanned", "INSTREAM size limit exceeded. ERROR")),
        (b"stream: NOT OK\0", Answer("not-scanned", "NOT OK")),
        (b"", Answer("not-scanned", "no answer")),
        (b"stream: O", Answer("not-scanned", "O")),
    ],
)
def test_only_ok_is_clean(answer: bytes, understood: Answer) -> None:
    with _peer(answer) as (_, address):
        assert scan_stream(address, io.BytesIO(b"x")) == understood


def test_a_scanner_that_stops_reading_leaves_the_file_unscanned() -> None:
    with _peer(b"INSTREAM size limit exceeded. ERROR\0", most=1) as (_, address):
        assert scan_stream(address, io.BytesIO(bytes(16 << 20))).state == "not-scanned"


def test_its_version_is_asked_and_a_silent_address_is_a_missing_tool(tmp_path: Path) -> None:
    with _peer(b"ClamAV 1.4.1/27500/Mon\0") as (peer, address):
        assert version(address) == "ClamAV 1.4.1/27500/Mon"
    assert peer.command == b"zVERSION\0"
    for silent in (address, str(tmp_path / "socket:3310"), str(tmp_path / "s")):
        with pytest.raises(ToolMissing, match=r"sip\.clamd-silent"):
            version(silent)
