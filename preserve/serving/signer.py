"""Signs checkpoints for processes that may not read the key, where they continue what is committed; nothing else.

The web door runs as a user of its own, who can write the catalogue and not read the keys. What it adds to ledger and
looks must be signed in the same transaction, so it asks here. A note is signed where it is one over this archive's
ledger or looks, its time is now, and the tree it names begins with the one under the newest committed checkpoint
(RFC 9162 §2.1.4.2). What is asked for and what came of it is logged. Who may ask is the socket's mode: its group.
"""

from __future__ import annotations

import base64
import json
import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from preserve.clock import now, parse
from preserve.data_management import checkpoints, ledger_keys, looks_sealing, merkle
from preserve.data_management.archive import Archive
from preserve.data_management.remote_key import LONGEST, SOCKET
from preserve.data_management.signed_notes import Checkpoint
from preserve.errors import PreserveError
from preserve.progress import Wish
from preserve.services.logs import facts

_log = logging.getLogger("preserve.signer")
_APART = timedelta(minutes=5)  # how far the clocks of one machine's processes may be apart, with a transaction between


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be signed, read: its lines by name."""

    origin: str
    size: int
    root: bytes
    made: datetime
    rest: tuple[str, ...]


def read_note(text: str) -> Note:
    """The lines of an unsigned checkpoint. Raises ValueError where it is none."""
    if not text.endswith("\n") or "\n\n" in text:
        raise ValueError("no note")
    origin, size, root, made, *rest = text[:-1].split("\n")
    if not size.isascii() or not size.isdigit() or len(rest) > 1:
        raise ValueError("no note")
    return Note(origin, int(size), base64.b64decode(root, validate=True), parse(made), tuple(rest))


def judge(connection: Connection, archive_id: str, text: str, grown: dict[str, Any], moment: datetime) -> str:
    """Why a note is not to be signed; empty where it is."""
    try:
        note = read_note(text)
        path = [bytes.fromhex(step) for step in grown.get("path", ())]
        begun = int(grown.get("size", 0))
    except (ValueError, TypeError, AttributeError):
        return "unreadable"
    if abs(note.made - moment) > _APART:
        return "time"
    before: Checkpoint | None
    if note.origin == f"preserve/{archive_id}":
        before = checkpoints.newest(connection)
        if before is None:
            return "no-checkpoint"
        if note.rest != (f"previous {before.digest()}",):
            return "not-after-the-newest"
    elif note.origin == looks_sealing.origin(archive_id):
        before = looks_sealing.newest(connection)
        if note.rest:
            return "unreadable"
        if before is None:
            return ""
    else:
        return "another-log"
    if note.size <= before.size or begun != before.size:
        return "not-grown"
    return "" if merkle.begins_with(before.size, note.size, before.root, note.root, path) else "not-continued"


class Signer:
    """Answers at the socket of one archive."""

    def __init__(self, archive: Archive, moment: Callable[[], datetime] = now) -> None:
        """Raises NotIntact where the key cannot be read here, or is not the archive's."""
        self._archive = archive
        self._moment = moment
        self._key = ledger_keys.read_private_key(archive.home.keys / "ledger.key")
        with archive.catalogue.read() as connection:
            ledger_keys.require_own_key(connection, self._key, archive.home.keys / "ledger.key")
        self.path = archive.home.keys / SOCKET

    def answer(self, asked: bytes) -> dict[str, str]:
        """The answer to one request."""
        try:
            request = json.loads(asked)
            text, grown = str(request["note"]), dict(request.get("from") or {})
            with self._archive.catalogue.read() as connection:
                refused = judge(connection, self._archive.home.settings.archive_id, text, grown, self._moment())
        except (ValueError, TypeError, KeyError):
            text, refused = "", "unreadable"
        except PreserveError as error:
            text, refused = "", error.code
        if refused:
            told = facts("refused", reason=refused, note=" ".join(text.split("\n")[:3]))
            _log.warning("refused %s: %r", refused, text.split("\n")[:3], extra=told)
            return {"refused": refused}
        _log.info("signed %r", text.split("\n")[:3], extra=facts("signed", note=" ".join(text.split("\n")[:3])))
        return {"signature": base64.b64encode(self._key.sign(text.encode())).decode()}

    def serve(self, listening: socket.socket, stop: Wish) -> None:
        """Answer until `stop` is set; each asker has some seconds."""
        listening.settimeout(0.5)
        while not stop.is_set():
            try:
                talk, _ = listening.accept()
            except TimeoutError:
                continue
            threading.Thread(target=self._talk, args=(talk,), daemon=True).start()

    def _talk(self, talk: socket.socket) -> None:
        with talk:
            talk.settimeout(5)
            try:
                with talk.makefile("rb") as said:
                    asked = said.readline(LONGEST)
                talk.sendall(json.dumps(self.answer(asked)).encode() + b"\n")
            except OSError as error:
                _log.warning("an asker went away: %s", error)
