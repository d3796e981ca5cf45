"""A warm process that has imported the whole program and forks a child for each command that a test starts.

Importing the program takes about a second, and the tests start some thousands of commands. The child is a true process:
own memory, environment, working directory, umask, session and descriptors; it sets up `__main__` and `sys.argv` as the
console script does. What it cannot show, because it is inherited, is the start-up itself: tests of that start
`PROGRAM`, and so does started.py wherever the environment speaks to the interpreter.

This file is a program of its own: `python warm.py SOCKET`. The client is tests/support/program.py.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import selectors
import signal
import socket
import sys
import threading
import time
import traceback
import types
from collections.abc import Callable
from typing import NoReturn

MESSAGE = 1 << 20  # bytes of one request, at most
STREAMS = 3
WITH_THREADS = ("pyarrow", "pygfried")
LATE = (
    "PIL.BmpImagePlugin",
    "PIL.GifImagePlugin",
    "PIL.ImageOps",
    "PIL.JpegImagePlugin",
    "PIL.PngImagePlugin",
    "PIL.TiffImagePlugin",
    "_strptime",
    "alembic.command",
    "alembic.op",
    "argon2",
    "boto3",
    "chinese_calendar",
    "click._textwrap",
    "concurrent.futures.process",
    "encodings.gb18030",
    "fido.fido",
    "openpyxl",
    "pikepdf",
    "pillow_heif",
    "pydantic.dataclasses",
    "pyhanko.sign.signers",
    "pyhanko.sign.validation",
    "pymediainfo",
    "pypdfium2",
    "pyzipper",
    "rich.live",
    "rich.progress",
    "rich.table",
    "segno",
    "typst",
    "xlsxwriter",
)


def import_everything() -> None:
    """Everything of the program, and what it imports late; but nothing that starts threads: no fork would have them."""
    for name in WITH_THREADS:
        sys.modules[name] = None  # type: ignore[assignment]
    for name in ("preserve", "metadata", "storage_adapters"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if ".migrations" not in module.name and not module.name.endswith("__main__"):
                _import(module.name)
    for name in LATE:
        _import(name)
    for name in WITH_THREADS:
        del sys.modules[name]
    # Tables of packages, which each process would read for itself.
    from preserve.ingest.identifiers import pronom
    from preserve.typesetting import fonts

    pronom.identify(b" ", b" ", "x.mp4")
    fonts.shows("字")


def _import(name: str) -> None:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in WITH_THREADS:
            raise


def become(program: str, request: dict[str, object]) -> None:
    """Make of this forked child what the console script would be at its first line."""
    os.setsid()
    os.chdir(str(request["folder"]))
    os.umask(int(str(request["umask"]), 8))
    environment = request["environment"]
    assert isinstance(environment, dict)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    main = types.ModuleType("__main__")
    main.__file__ = program
    sys.modules["__main__"] = main
    arguments = request["arguments"]
    assert isinstance(arguments, list)
    sys.argv = [program, *arguments]


def receive(server: socket.socket) -> tuple[dict[str, object], list[int]] | None:
    """The next request with its descriptors (standard streams, status pipe); None when the client is gone."""
    data, descriptors, _, _ = socket.recv_fds(server, MESSAGE, STREAMS + 1)
    return (json.loads(data), descriptors) if data else None


def report(children: dict[int, int]) -> None:
    """Tell the client of each child that ended how it ended."""
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        pipe = children.pop(pid)
        with contextlib.suppress(BrokenPipeError):
            os.write(pipe, b"%d\n" % os.waitstatus_to_exitcode(status))
        os.close(pipe)


def serve(server: socket.socket, program: str) -> bool:
    """Fork a child for each request. Returns True in a child that is to run the program, False when nobody asks."""
    children: dict[int, int] = {}
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker)
    selector = selectors.DefaultSelector()
    selector.register(server, selectors.EVENT_READ)
    selector.register(wake, selectors.EVENT_READ)
    while True:
        ready = {key.fd for key, _ in selector.select()}
        if wake in ready:
            os.read(wake, 4096)
            report(children)
        if server.fileno() not in ready:
            continue
        received = receive(server)
        if received is None:
            return False
        request, (*streams, pipe) = received
        pid = os.fork()
        if pid:
            children[pid] = pipe
            for stream in streams:
                os.close(stream)
            continue
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        selector.close()
        for descriptor in (wake, waker, server.detach(), *children.values()):
            os.close(descriptor)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        become(program, request)
        os.write(pipe, b"%d\n" % os.getpid())
        os.close(pipe)
        return True


def run_to_the_end(main: Callable[[], None]) -> int:
    """The exit status of the program."""
    try:
        main()
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0 if leaving.code is None else 1
    except BaseException:  # noqa: BLE001  as the interpreter does with what nobody caught
        traceback.print_exc()
        return 1
    return 0


def leave(status: int) -> NoReturn:
    """End as the interpreter does, but for taking apart every module, which is most of what a short command takes."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    gc.collect()  # closes what nobody refers to any more; what was imported before the fork is frozen and costs nothing
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        status = 120
    os._exit(status)


if __name__ == "__main__":
    PROGRAM, SOCKET = sys.argv[1:]
    sys.path[0] = os.path.dirname(PROGRAM)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the program does before it imports anything
    import_everything()
    assert len(os.listdir("/proc/self/task")) == 1, "an import started a thread, which no fork would have"
    gc.collect()
    gc.freeze()
    if serve(socket.socket(fileno=int(SOCKET)), PROGRAM):
        from preserve.cli.main import main

        leave(run_to_the_end(main))
