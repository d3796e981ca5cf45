"""A COMMIT whose answer is lost: what the server committed counts, and nothing is written twice."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest

from preserve.data_management import ledger
from preserve.data_management.database import Catalogue, create_catalogue
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.errors import Busy
from tests.support import postgresql

MOMENT = datetime(2026, 11, 28, 8, tzinfo=UTC)


class Wire:
    """Passes bytes between a client and the server, and cuts the line at the COMMIT of an entry: before it, or behind it."""

    def __init__(self, port: int, *, delivered: bool) -> None:
        self._port, self._delivered, self._cut = port, delivered, False
        self._appended = False
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._port))
            silent = threading.Event()
            threading.Thread(target=self._asked, args=(client, server, silent), daemon=True).start()
            threading.Thread(target=self._answered, args=(server, client, silent), daemon=True).start()

    def _asked(self, client: socket.socket, server: socket.socket, silent: threading.Event) -> None:
        while data := _received(client):
            self._appended |= b"ledger_append" in data
            if b"COMMIT" in data and self._appended and not self._cut:
                self._cut = True
                silent.set()
                if not self._delivered:
                    break
            server.sendall(data)
        for line in (client, server):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _answered(self, server: socket.socket, client: socket.socket, silent: threading.Event) -> None:
        while data := _received(server):
            if silent.is_set():  # the server has said that it committed, and nobody hears it
                break
            client.sendall(data)
        for line in (client, server):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()


def _received(line: socket.socket) -> bytes:
    try:
        return line.recv(1 << 16)
    except OSError:
        return b""


@pytest.fixture
def wired(schema: PostgresqlSchema, postgresql_server: postgresql.Server) -> Iterator[Callable[[bool], Catalogue]]:
    create_catalogue(schema).close()
    lines: list[Wire] = []

    def over(delivered: bool) -> Catalogue:
        lines.append(Wire(postgresql_server.port, delivered=delivered))
        url = schema.url.replace(f":{postgresql_server.port}/", f":{lines[-1].port}/")
        place = PostgresqlSchema(url, schema.schema)
        return Catalogue(place, place.engine())

    yield over
    for line in lines:
        line.close()


@contextmanager
def _one(catalogue: Catalogue) -> Iterator[None]:
    with catalogue.begin() as connection:
        ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT)
        yield


def test_what_the_server_committed_is_done(wired: Callable[[bool], Catalogue]) -> None:
    catalogue = wired(True)
    with _one(catalogue):
        pass
    with catalogue.read() as connection:
        assert ledger.size(connection) == 1


def test_what_the_server_never_heard_was_not_done_and_is_not_repeated(wired: Callable[[bool], Catalogue]) -> None:
    catalogue = wired(False)
    with pytest.raises(Busy, match=r"catalogue\.not-committed"), _one(catalogue):
        pass
    with catalogue.read() as connection:
        assert ledger.size(connection) == 0
