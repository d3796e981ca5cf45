"""The process that hashes passwords for a service: one answer for each request, until its pipe is closed."""

from __future__ import annotations

import base64
import json
import sys
from typing import BinaryIO

from preserve.administration.hashing import hash_here, verify_here


def answer(request: dict[str, str]) -> str:
    """A hash, or whether a password is `right` or `wrong`. Raises KeyError, ValueError."""
    password = base64.b64decode(request["password"], validate=True)
    if request["do"] == "hash":
        return hash_here(password)
    return "right" if verify_here(request["stored"], password) else "wrong"


def serve(asking: BinaryIO, answering: BinaryIO) -> None:
    """Answer until nobody asks any more."""
    for line in asking:
        answering.write(json.dumps({"answer": answer(json.loads(line))}).encode() + b"\n")
        answering.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
