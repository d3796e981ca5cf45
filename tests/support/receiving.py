"""A system around the archive that takes news: a real HTTP server, on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class There:
    """What it answers, and what it took: the documents, and each body with its signature."""

    address: str = ""
    status: int = 204
    location: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    signed: list[tuple[str, bytes]] = field(default_factory=list)


@contextmanager
def receiving() -> Iterator[There]:
    """The server, until the block ends."""
    there = There()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if there.status < 300:  # before it is answered, so that whoever sent it finds it here
                there.taken.append(json.loads(body))
                there.signed.append((self.headers["Preserve-Signature"], body))
            self.send_response(there.status)
            if there.location:
                self.send_header("Location", there.location)
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    there.address = f"http://127.0.0.1:{server.server_port}/news"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield there
    finally:
        server.shutdown()
        server.server_close()
