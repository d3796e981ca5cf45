"""The archive's key as a process has it that may not read it: behind a socket, which signs only what it checked.

Whoever answers there (`preserve.serving.signer`) signs checkpoints over this archive's logs that continue the newest
one which is committed, and nothing else; so a door that was taken over can add to the ledger, and alter nothing in it.
One request a connection: a line of JSON, and a line back.
"""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from preserve.errors import Busy, NotIntact

SOCKET = "ledger.signer"
LONGEST = 1 << 16
_PATIENCE = 10.0


class SigningKey(Protocol):
    """What signs: the key itself, or somebody who has it."""

    def public_key(self) -> Ed25519PublicKey:
        """Its public half."""

    def sign(self, data: bytes, /) -> bytes:
        """The signature (Ed25519) of these bytes."""


class RemoteKey:
    """The key behind a socket. `shows` says what the next signature rests on."""

    def __init__(self, path: Path, public: Ed25519PublicKey) -> None:
        self._path = path
        self._public = public
        self._shown: dict[str, Any] = {}

    def public_key(self) -> Ed25519PublicKey:
        """Its public half."""
        return self._public

    def shows(self, size: int, path: Sequence[bytes]) -> None:
        """That the tree to be signed begins with the one over `size` leaves, which is committed (RFC 9162 §2.1.4)."""
        self._shown = {"size": size, "path": [one.hex() for one in path]}

    def sign(self, data: bytes, /) -> bytes:
        """Have it signed. Raises Busy where nobody answers, NotIntact where what is to be signed was refused."""
        asked = json.dumps({"note": data.decode(), "from": self._shown}).encode() + b"\n"
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as talk:
                talk.settimeout(_PATIENCE)
                talk.connect(str(self._path))
                talk.sendall(asked)
                with talk.makefile("rb") as said:
                    answer = json.loads(said.readline(LONGEST) or b"{}")
        except (OSError, ValueError) as error:
            raise Busy("ledger.signer-absent", str(self._path), detail=str(error)) from error
        if "signature" not in answer:
            raise NotIntact("ledger.signer-refused", str(self._path), reason=str(answer.get("refused", "")))
        return base64.b64decode(answer["signature"])
