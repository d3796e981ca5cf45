#!/usr/bin/env python3
"""An example client for a case-handling system: hand a case folder in, wait for it, fetch the receipt, read the news.

Python 3.9 or later, and nothing else. Copy it, or read it beside docs/integration.md and write your own.

    preserve_client.py --address https://archive.example/api/v1 --token-file token hand-in FOLDER
    preserve_client.py --address … --token-file token wait DEPOSIT
    preserve_client.py --address … --token-file token receipt DEPOSIT receipt.pdf
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

PIECE = 8 << 20
"""So many bytes go in one request."""
AGAIN = (408, 429, 500, 502, 503, 504)
"""Answers after which the same request is sent again."""
DONE = ("done", "refused", "failed", "lost", "stopped")
OLDEST = 300.0
"""So many seconds old may a message be, so that nobody sends an old one again."""


class Problem(Exception):
    """What the archive answered instead of doing it: `code` is the same in every language."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(document.get("type", "")).rpartition(":")[2]
        self.document = document
        told = [str(document.get("title", status)), str(document.get("where", "")), str(document.get("hint", ""))]
        told += [f"{one.get('where', '')}: {one.get('message', '')}" for one in document.get("findings", [])]
        super().__init__("\n".join(line for line in told if line))


class Answer(NamedTuple):
    """A status, its headers by lower-case name, and the body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body) if self.body else {}


class Archive:
    """An archive's REST door, and the token by which it knows the program."""

    def __init__(self, address: str, token: str, language: str = "zh", tries: int = 6) -> None:
        self._address = address.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        self._tries = tries
        # No proxy of the environment, and no redirect to another host with the token.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())

    def ask(
        self, verb: str, path: str, document: Any = None, *, data: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> Answer:
        """One request; sent again where the network broke or the archive was busy. Raises Problem, OSError.

        What opens something or starts a job carries a key, so that sending it again is not doing it twice.
        """
        sent = {**self._headers, **headers}
        if document is not None:
            data = json.dumps(document, ensure_ascii=False).encode()
            sent["Content-Type"] = "application/json"
        if verb == "POST":
            sent.setdefault("Idempotency-Key", str(uuid.uuid4()))
        for turn in range(self._tries):
            last = turn + 1 == self._tries
            request = urllib.request.Request(self._address + path, data, sent, method=verb)
            try:
                with self._opener.open(request, timeout=120) as got:
                    return Answer(got.status, {k.lower(): v for k, v in got.headers.items()}, got.read())
            except urllib.error.HTTPError as error:
                body = error.read()
                if error.code not in AGAIN or last:
                    raise Problem(error.code, _document(body)) from None
                time.sleep(min(float(error.headers.get("Retry-After") or 2**turn), 60))
            except OSError:
                if last:
                    raise
                time.sleep(min(2**turn, 30))
        raise AssertionError("unreachable")

    def hand_in(self, folder: Path, name: str = "") -> str:
        """Hand a folder in as a deposit; its number. The same folder again goes on where it was broken off.

        The key is made from the list of files: whoever hands the same ones in again, be it after a crash, gets the
        deposit that there is.
        """
        paths = list(_files(folder))
        wish = {"name": name or folder.name, "files": [_line(folder, path) for path in paths]}
        key = hashlib.sha256(json.dumps(wish, sort_keys=True).encode()).hexdigest()
        deposit = str(self.ask("POST", "/deposits", wish, headers={"Idempotency-Key": key}).document["id"])
        try:
            state = self.state(deposit)["state"]
        except Problem as problem:
            if problem.status != 404:
                raise
            # It was given up meanwhile: this is another one.
            deposit, state = str(self.ask("POST", "/deposits", wish).document["id"]), "uploading"
        if state == "uploading":
            self._send_missing(deposit, paths)
        if state in ("uploading", "draft"):
            self.ask("POST", f"/deposits/{deposit}/handing-in")
        return deposit

    def hand_in_again(self, deposit: str, folder: Path) -> None:
        """Hand a deposit that was sent back in again, as its folder is now; what is the same is not sent twice."""
        paths = list(_files(folder))
        self.ask("POST", f"/deposits/{deposit}/reopening", {"files": [_line(folder, path) for path in paths]})
        self._send_missing(deposit, paths)
        self.ask("POST", f"/deposits/{deposit}/handing-in")

    def letter(self, deposit: str, number: int) -> bytes:
        """A letter with which a deposit was sent back, a PDF; the first is number 1."""
        return self.ask("GET", f"/deposits/{deposit}/papers/letter-{number}").body

    def _send_missing(self, deposit: str, paths: list[Path]) -> None:
        missing = self.ask("GET", f"/deposits/{deposit}/files").document["missing"]
        for line in sorted(map(int, missing)):
            self._send(deposit, line, paths[line - 1])
        self.finish(self.ask("POST", f"/deposits/{deposit}/closing"))

    def _send(self, deposit: str, line: int, path: Path) -> None:
        """Send one file from where the archive has it."""
        address, tus = f"/deposits/{deposit}/files/{line}", {"Tus-Resumable": "1.0.0"}
        at = int(self.ask("HEAD", address, headers=tus).headers["upload-offset"])
        with path.open("rb") as file:
            while at < path.stat().st_size:
                file.seek(at)
                piece = file.read(PIECE)
                told = "sha256 " + base64.b64encode(hashlib.sha256(piece).digest()).decode()
                headers = {
                    **tus,
                    "Content-Type": "application/offset+octet-stream",
                    "Upload-Offset": str(at),
                    "Upload-Checksum": told,
                }
                try:
                    at = int(self.ask("PATCH", address, data=piece, headers=headers).headers["upload-offset"])
                except Problem as problem:
                    if problem.status != 409:
                        raise
                    # The piece before had arrived although its answer had not.
                    at = int(self.ask("HEAD", address, headers=tus).headers["upload-offset"])

    def finish(self, asked: Answer, every: float = 2.0) -> Any:
        """Wait for the job that an answer leads to; its document. Raises Problem where it did not end well."""
        job = asked.document["id"]
        while True:
            known = self.ask("GET", f"/jobs/{job}").document
            if known["state"] == "done":
                return known
            if known["state"] in DONE:
                failure = known["failure"] or {}
                raise Problem(
                    422,
                    {
                        "type": f"urn:preserve:{failure.get('code')}",
                        "title": failure.get("message"),
                        "where": failure.get("where"),
                        "hint": failure.get("hint"),
                    },
                )
            time.sleep(every)

    def state(self, deposit: str) -> Any:
        """What is known of a deposit: `state`, and once it was taken in `objid` and `case_number`."""
        return self.ask("GET", f"/deposits/{deposit}").document["deposit"]

    def wait(self, deposit: str, every: float = 30.0, longest: float = 7 * 86400.0) -> Any:
        """Wait until a deposit was taken in or sent back. Raises TimeoutError."""
        end = time.monotonic() + longest
        while (known := self.state(deposit))["state"] not in ("taken-in", "returned"):
            if time.monotonic() >= end:
                raise TimeoutError(deposit)
            time.sleep(every)
        return known

    def receipt(self, deposit: str) -> bytes:
        """The receipt of a deposit that was taken in, a PDF."""
        return self.ask("GET", f"/deposits/{deposit}/receipt").body


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        known = json.loads(body)
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}


def _files(folder: Path) -> Iterator[Path]:
    """Every plain file below a folder, in one order."""
    return iter(sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()))


def _line(folder: Path, path: Path) -> dict[str, Any]:
    facts = path.stat()
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return {
        "path": f"{folder.name}/{path.relative_to(folder).as_posix()}",
        "size": facts.st_size,
        "mtime": facts.st_mtime_ns // 1_000_000,
        "sha256": digest.hexdigest(),
    }


def is_genuine(secret: str, signature: str, body: bytes, now: float | None = None) -> bool:
    """Whether a message came from the archive and lately: `signature` is its header Preserve-Signature.

    It is `t=<seconds>,v1=<HMAC-SHA256 over "<seconds>." and the body>`.
    """
    parts = dict(part.partition("=")[::2] for part in signature.split(","))
    moment = parts.get("t", "")
    if not moment.isascii() or not moment.isdigit() or abs((now or time.time()) - int(moment)) > OLDEST:
        return False
    wanted = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), parts.get("v1", "").encode())


def main() -> int:
    """One deed from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--address", required=True, help="the archive's REST door, with /api/v1")
    parser.add_argument("--token-file", required=True, type=Path)
    parser.add_argument("--language", default="zh", choices=("zh", "en"))
    deeds = parser.add_subparsers(dest="deed", required=True)
    hand_in = deeds.add_parser("hand-in")
    hand_in.add_argument("folder", type=Path)
    hand_in.add_argument("--again", metavar="DEPOSIT", help="the deposit that was sent back and is mended now")
    deeds.add_parser("wait").add_argument("deposit")
    receipt = deeds.add_parser("receipt")
    receipt.add_argument("deposit")
    receipt.add_argument("target", type=Path)
    given = parser.parse_args()
    archive = Archive(given.address, given.token_file.read_text(encoding="utf-8").strip(), given.language)
    try:
        if given.deed == "hand-in" and given.again:
            archive.hand_in_again(given.again, given.folder.resolve())
        elif given.deed == "hand-in":
            print(archive.hand_in(given.folder.resolve()))
        elif given.deed == "wait":
            print(json.dumps(archive.wait(given.deposit), ensure_ascii=False))
        else:
            with open(given.target, "xb") as file:
                file.write(archive.receipt(given.deposit))
                os.fsync(file.fileno())
    except (Problem, OSError) as error:
        print(error, file=sys.stderr)
        return 3 if isinstance(error, Problem) else 5
    return 0


if __name__ == "__main__":
    sys.exit(main())
