"""Time stamps of others on checkpoints (RFC 3161): that the ledger was no longer than this at no later a time.

A token lies beside the segments as `<size>.tsr`, the whole response of the server; `openssl ts -verify` reads it too.
"""

from __future__ import annotations

import http.client
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from rfc3161_client import TimestampRequestBuilder, VerificationError, VerifierBuilder, decode_timestamp_response

from metadata.findings import Finding
from preserve import kept_records
from preserve.data_management.checkpoints import Checkpoint
from preserve.errors import MediumProblem, NotIntact
from storage_adapters.durable import write_file

_TIMEOUT = 30


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """A token that holds: over the checkpoint of how many entries, when (by the server's clock), its file."""

    size: int
    moment: datetime
    file: Path


def request(checkpoint: Checkpoint, server: str, roots: bytes, folder: Path) -> TimeStamp:
    """Have a checkpoint's text stamped, verify the token against the roots (PEM), and keep it in `folder`.

    Raises MediumProblem where the server does not answer, NotIntact where its answer does not hold.
    """
    asked = TimestampRequestBuilder(data=checkpoint.text().encode()).build()
    data = ask(server, asked.as_bytes())
    moment = verify(data, checkpoint, roots, server, asked.nonce)
    file = folder / f"{checkpoint.size:010d}.tsr"
    write_file(file, data, durable=True)
    kept_records.keep(file, changes=True)
    return TimeStamp(checkpoint.size, moment, file)


def ask(server: str, query: bytes) -> bytes:
    """The answer of a time-stamp server to a query (RFC 3161 §3.4). Raises MediumProblem where it does not answer."""
    call = urllib.request.Request(server, query, {"Content-Type": "application/timestamp-query"}, method="POST")
    try:
        if not server.startswith(("http://", "https://")):
            raise ValueError("http:// or https://")
        with urllib.request.urlopen(call, timeout=_TIMEOUT) as answer:
            return bytes(answer.read(1 << 20))
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise MediumProblem("ledger.time-server", server, reason=str(error)) from error


def verify(data: bytes, checkpoint: Checkpoint, roots: bytes, where: str, nonce: int | None = None) -> datetime:
    """When the server saw the checkpoint. Raises NotIntact where the token is not its, or not by these roots."""
    try:
        response = decode_timestamp_response(data)
        builder = VerifierBuilder()
        for root in x509.load_pem_x509_certificates(roots):
            builder = builder.add_root_certificate(root)
        if nonce is not None:
            builder = builder.nonce(nonce)
        builder.build().verify_message(response, checkpoint.text().encode())
        return response.tst_info.gen_time
    except (VerificationError, ValueError) as error:
        raise NotIntact("ledger.time-stamp-bad", where, detail=str(error), reason=str(error)) from error


def check_all(known: list[Checkpoint], roots: bytes, folder: Path) -> tuple[list[TimeStamp], list[Finding]]:
    """Every token in the folder against its checkpoint: those that hold, and findings about the others."""
    by_size = {signed.size: signed for signed in known}
    good, findings = [], []
    for file in sorted(folder.glob("*.tsr")):
        checkpoint = by_size.get(int(file.stem)) if file.stem.isdigit() else None
        if checkpoint is None:
            findings.append(Finding("ledger.time-stamp-bad", file.name, "error", {"reason": "no checkpoint"}))
            continue
        try:
            good.append(TimeStamp(checkpoint.size, verify(file.read_bytes(), checkpoint, roots, file.name), file))
        except NotIntact as error:
            findings.append(Finding(error.code, file.name, "error", dict(error.values), detail=error.detail))
        except OSError as error:
            findings.append(Finding("ledger.time-stamp-bad", file.name, "error", {"reason": str(error)}))
    return good, findings
