"""`/metrics`: the figures of a monitor on an address of their own, answered one after the other in one thread.

On this machine's own addresses anybody may ask: the figures tell of no case. On any other they want a token. Where an
answer cannot be made, the monitor gets 503 and the log the reason.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from preserve.errors import MediumProblem, PreserveError, UsageError
from preserve.services import metrics
from preserve.services.standing import Standing
from preserve.serving.exposition import text_of
from preserve.serving.server import bind, name_of, read_address
from preserve.settings import Monitor

_log = logging.getLogger("preserve.metrics")
_PATIENCE = 5.0  # seconds that who asks may take to ask: another waits behind it
_LEAST = 32  # characters of a token
TYPE = "text/plain; version=0.0.4; charset=utf-8"


def read_token(home: Path, settings: Monitor) -> str:
    """The token that is wanted, or nothing on this machine's own addresses.

    Raises UsageError where one is missing, too short, or readable by everybody; MediumProblem.
    """
    if not settings.token_file:
        if not _is_own(settings.listen):
            raise UsageError("serve.metrics-open", settings.listen)
        return ""
    file = home / settings.token_file
    try:
        if file.stat().st_mode & 0o007:
            raise UsageError("serve.metrics-token-unsafe", str(file))
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise MediumProblem("serve.metrics-token-unreadable", str(file), reason=str(error)) from error
    if len(token) < _LEAST:
        raise UsageError("serve.metrics-token-short", str(file), least=_LEAST)
    return token


def _is_own(listen: str) -> bool:
    """Whether only this machine reaches an address: one by its number, or a socket's path. A name may change."""
    address = read_address(listen)
    if address.path:
        return True
    try:
        return ipaddress.ip_address(address.host).is_loopback
    except ValueError:
        return False


class Exporter:
    """Answers at `[metrics] listen` until it is closed."""

    def __init__(self, standing: Standing, settings: Monitor) -> None:
        """Raises UsageError, MediumProblem where it cannot listen there as set."""
        token = read_token(standing.home, settings)
        listening = bind(read_address(settings.listen))
        self.address = name_of(listening, tls=False)
        self._server = _Server(standing, listening, token)
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer nobody any more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(HTTPServer):
    until: threading.Timer

    def __init__(self, standing: Standing, listening: socket.socket, token: str) -> None:
        super().__init__(("", 0), _Answers, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.standing, self.token = standing, token

    def figures(self) -> bytes:
        """The figures now. Raises PreserveError."""
        session = self.standing.session(None, self.standing.language)
        return text_of(metrics.show(session))

    def get_request(self) -> tuple[socket.socket, object]:
        """The next who asks; a socket of the file system gives no address."""
        talk, where = self.socket.accept()
        talk.settimeout(_PATIENCE)
        return talk, where or ("", 0)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Answer one, whose line is cut when the time is over: a timeout alone starts again with each byte."""
        self.until = threading.Timer(_PATIENCE, _cut, (request,))
        self.until.daemon = True
        self.until.start()
        try:
            super().finish_request(request, client_address)
        finally:
            self.until.cancel()

    def handle_error(self, request: object, client_address: object) -> None:
        """Who asks went away, or said something that is no request."""
        _log.debug("an asker went away")


def _cut(talk: socket.socket) -> None:
    with suppress(OSError):
        talk.shutdown(socket.SHUT_RDWR)


class _Answers(BaseHTTPRequestHandler):
    server: _Server
    server_version, sys_version = "preserve", ""

    def do_GET(self) -> None:
        """The figures, to who may have them."""
        self.server.until.cancel()  # it has asked: how long an answer takes is ours
        if self.path.partition("?")[0] != "/metrics":
            self._say(404, b"")
        elif not self._may():
            self._say(401, b"")
        else:
            begun = time.monotonic()
            try:
                body = self.server.figures()
            except PreserveError as error:
                _log.warning("no figures: %s", error.code)
                self._say(503, b"")
            except Exception:  # noqa: BLE001  the service goes on; who watches sees that there are no figures
                _log.exception("no figures")
                self._say(503, b"")
            else:
                taken = time.monotonic() - begun
                took = b"# HELP preserve_metrics_seconds How long these took\n# TYPE preserve_metrics_seconds gauge\n"
                self._say(200, body + took + f"preserve_metrics_seconds {taken:.6f}\n".encode())

    def _may(self) -> bool:
        wanted = self.server.token
        given = self.headers.get("authorization", "").removeprefix("Bearer ")
        return not wanted or hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())

    def _say(self, status: int, body: bytes) -> None:
        self.send_response_only(status)
        if status == 401:
            self.send_header("www-authenticate", "Bearer")
        self.send_header("content-type", TYPE)
        self.send_header("content-length", str(len(body)))
        self.send_header("cache-control", "no-store")
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the library's
        """Nothing: one who asks every minute is no news."""
