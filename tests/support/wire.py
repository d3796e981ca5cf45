"""A line between clients and a server of the tests: it can be cut for a while, and lose the answer to one COMMIT."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress


class Wire:
    """Passes bytes to the server at `port` of 127.0.0.1; closed with `close`.

    With `at` it breaks, once, at the first COMMIT of a connection that said so before: before the server hears of it,
    or, where `delivered`, behind it: when the server has answered, or, where `unanswered`, at once.
    `broke` is done before anybody learns of it. While it is cut nothing passes, and nobody is told so, as where a
    network is away.
    """

    def __init__(
        self,
        port: int,
        *,
        at: bytes = b"",
        delivered: bool = True,
        unanswered: bool = False,
        broke: Callable[[], None] = lambda: None,
        listen: tuple[str, int] | None = None,
    ):
        self._server, self._at, self._delivered, self._unanswered, self._broke = port, at, delivered, unanswered, broke
        self._broken, self._done, self._passes = not at, threading.Event(), threading.Event()
        self._passes.set()
        self._listening = socket.create_server(listen or ("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def broken(self) -> bool:
        """Whether it broke at that COMMIT."""
        return self._broken

    def cut(self) -> None:
        """Let nothing pass from here on."""
        self._passes.clear()

    def mend(self) -> None:
        """Let everything pass again, with what was said meanwhile."""
        self._passes.set()

    def close(self) -> None:
        """Take no more clients."""
        self.mend()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # else the thread that waits for a client takes one more
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self._passes.wait()
            try:
                server = socket.create_connection(("127.0.0.1", self._server))
            except OSError:  # it is away
                client.close()
                continue
            silent = threading.Event()
            threading.Thread(target=self._asked, args=(client, server, silent), daemon=True).start()
            threading.Thread(target=self._answered, args=(server, client, silent), daemon=True).start()

    def _asked(self, client: socket.socket, server: socket.socket, silent: threading.Event) -> None:
        said = False
        with suppress(OSError):
            while data := client.recv(1 << 16):
                self._passes.wait()
                said |= self._at in data
                if b"COMMIT" in data.replace(b"COMMITTED", b"") and said and not self._broken:
                    self._broken = True
                    silent.set()
                    if self._delivered:
                        server.sendall(data)
                    if self._delivered and not self._unanswered:
                        continue
                    self._break()
                    break
                server.sendall(data)
        _end(client, server)

    def _answered(self, server: socket.socket, client: socket.socket, silent: threading.Event) -> None:
        with suppress(OSError):
            while data := server.recv(1 << 16):
                self._passes.wait()
                if silent.is_set():  # the server has said that it committed, and nobody hears it
                    break
                client.sendall(data)
        if silent.is_set():
            if self._delivered and not self._unanswered:
                self._break()
            self._done.wait()
        _end(client, server)
        server.close()
        client.close()

    def _break(self) -> None:
        try:
            self._broke()
        finally:
            self._done.set()


def _end(*lines: socket.socket) -> None:
    for line in lines:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
