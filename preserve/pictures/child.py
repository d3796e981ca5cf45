"""The process that decodes pictures: bounds on itself, and one answer for each request."""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from preserve.pictures.opening import HOSTILE, TooLarge

_MEMORY = 9 << 30
"""Address space: a page of 2 GiB, turned and converted, and the decoder's own."""

_SECONDS = 1200
_MOST_WORDS = 4000


def _examine(request: dict[str, Any]) -> dict[str, Any]:
    from preserve.pictures.examining import examine

    return examine(Path(request["path"]))


def _access(request: dict[str, Any]) -> dict[str, Any]:
    from preserve.pictures.looking import make_access

    return make_access(Path(request["path"]), Path(request["scratch"]), request["stem"])


def _raster(request: dict[str, Any]) -> dict[str, Any]:
    from preserve.pictures.raster import make_raster

    return make_raster(Path(request["path"]), Path(request["scratch"]), request["stem"])


def _page(request: dict[str, Any]) -> dict[str, Any]:
    from preserve.pictures.showing import answer_page

    return answer_page(request)


def _count(request: dict[str, Any]) -> dict[str, Any]:
    from preserve.pictures.showing import answer_count

    return answer_count(request)


def _codes(request: dict[str, Any]) -> dict[str, Any]:
    from preserve.pictures.codes import answer_codes

    return answer_codes(request)


def _sizes(request: dict[str, Any]) -> dict[str, Any]:
    from preserve.pictures.showing import answer_sizes

    return answer_sizes(request)


def _strips(request: dict[str, Any]) -> dict[str, Any]:
    from preserve.pictures.strips import answer_strips

    return answer_strips(request)


def _text(request: dict[str, Any]) -> dict[str, Any]:
    from preserve.pictures.texts import answer_text

    return answer_text(request)


_WORK: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "examine": _examine,
    "access": _access,
    "raster": _raster,
    "page": _page,
    "count": _count,
    "sizes": _sizes,
    "codes": _codes,
    "strips": _strips,
    "text": _text,
}


def answer(line: bytes, printed: int) -> dict[str, Any]:
    """Do what a request asks; `printed` is the file into which decoders print, whose words come along as `said`."""
    request = json.loads(line)
    os.ftruncate(printed, 0)
    os.lseek(printed, 0, os.SEEK_SET)
    try:
        done = _WORK[request["do"]](request)
    except (*HOSTILE, TooLarge) as error:
        done = {"kind": type(error).__name__, "error": f"{type(error).__name__}: {error}"}
        if isinstance(error, OSError) and error.errno is not None:
            done["error"] = f"{error.strerror}: {error}"
    done["said"] = os.pread(printed, _MOST_WORDS, 0).decode("utf-8", "replace")
    return done


def serve() -> None:
    """Answer requests until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    printed = os.memfd_create("printed")
    for standard in (1, 2):
        os.dup2(printed, standard)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin.buffer:
        # Also where nobody is left to kill it, it ends.
        used = resource.getrusage(resource.RUSAGE_SELF)
        bound = int(used.ru_utime + used.ru_stime + 2 * _SECONDS)
        resource.setrlimit(resource.RLIMIT_CPU, (bound, resource.RLIM_INFINITY))
        answers.write(json.dumps(answer(line, printed)).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    serve()
