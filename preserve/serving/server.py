"""The HTTP server over the doors: one process, some threads, an address that is bound before anything is said of it."""

from __future__ import annotations

import ctypes
import os
import socket
import ssl
import stat
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from preserve.errors import MediumProblem, UsageError
from preserve.services.job_events import end_following

THREADS = 24
"""Requests that are worked on at once; those that wait for a password to be verified are at most some of them."""

_BACKLOG = 256


@dataclass(frozen=True, slots=True)
class Address:
    """Where the door listens: a host and a port, or the path of a socket."""

    host: str = ""
    port: int = 0
    path: str = ""


def read_address(text: str) -> Address:
    """`127.0.0.1:8480`, `[::1]:8480` or `unix:/run/preserve/web.sock`. Raises UsageError."""
    if text.startswith("unix:") and len(text) > 5:
        return Address(path=text[5:])
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or port is None or parts.path or parts.username:
        raise UsageError("serve.address-unreadable", text)
    return Address(host, port)


def bind(address: Address) -> socket.socket:
    """A socket that listens there. Raises MediumProblem where the address is taken or not ours."""
    try:
        if address.path:
            return _bind_path(address.path)
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        listening = socket.create_server((address.host, address.port), family=family, backlog=_BACKLOG)
        # asyncio sets it only where a socket says that it is TCP, which one made so does not: each answer waited 40 ms.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except OSError as error:
        raise MediumProblem("serve.address-taken", address.path or f"{address.host}:{address.port}") from error


def _bind_path(path: str) -> socket.socket:
    """A socket of the file system that its group may use; one that a killed server left is taken away."""
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(os.lstat(path).st_mode) and not _answers(path):
            os.unlink(path)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(path)
        os.chmod(path, 0o660)
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(2)
        try:
            asking.connect(path)
        except OSError:
            return False
        return True


def name_of(listening: socket.socket, *, tls: bool) -> str:
    """The address as a browser is given it."""
    name = listening.getsockname()
    if isinstance(name, (str, bytes)):
        return f"unix:{os.fsdecode(name)}"
    host = f"[{name[0]}]" if ":" in name[0] else name[0]
    return f"{'https' if tls else 'http'}://{host}:{name[1]}"


def check_certificate(certificate: Path, key: Path) -> None:
    """Raises UsageError where the two cannot be read or do not belong together."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise UsageError("serve.certificate-unusable", str(certificate), reason=str(error)) from error


_TRIM, _MAPPED, _ARENAS = -1, -3, -8  # of mallopt(3)
_BLOCK = 256 * 1024


def keep_memory_small() -> None:
    """Have what was freed go back to the system: this process runs for months, and its threads take turns.

    glibc gives each thread room of its own, and grows what it keeps by the largest block that was ever freed: a page
    of a large case in each of 24 threads stayed forever. Where the C library is another, nothing is changed.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        for parameter, value in ((_ARENAS, 2), (_MAPPED, _BLOCK), (_TRIM, _BLOCK)):
            library.mallopt(parameter, value)


def run(
    app: Any,
    listening: socket.socket,
    *,
    certificate: Path | None = None,
    key: Path | None = None,
    proxies: Sequence[str] = (),
) -> None:
    """Answer requests until SIGTERM or SIGINT; those under way are answered to their end, for half a minute."""
    import uvicorn

    keep_memory_small()
    config = uvicorn.Config(
        _with_threads(app),
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        timeout_keep_alive=20,
        timeout_graceful_shutdown=30,
        limit_concurrency=1000,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            end_following()  # a page that waits for news would hold the process up to its last second
            super().handle_exit(sig, frame)

    Server(config).run(sockets=[listening])


def _with_threads(app: Any) -> Any:
    """The app, where so many requests at once are worked on in threads."""

    @asynccontextmanager
    async def life(scope: Any) -> AsyncIterator[None]:
        from anyio import to_thread

        to_thread.current_default_thread_limiter().total_tokens = THREADS
        yield

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        await receive()
        async with life(scope):
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    return answer
