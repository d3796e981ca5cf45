"""What encapsulations tell besides their files: their past, who signed, digests of files that lie elsewhere."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from metadata.findings import Finding, Severity
from metadata.identity import readable
from preserve.errors import Refused
from preserve.ingest.declared import Wanted
from preserve.ingest.foreign.eep_stream import Document, Encapsulated
from preserve.ingest.sources import Entry, Source

_DIGESTS = re.compile(r"(?i)(sha-?256|sha-?512|sm3)")
_LIST, _LARGEST_LIST = "transfer.json", 64 << 20


def history_of(found: Iterable[Encapsulated]) -> tuple[str, ...]:
    """What the encapsulations tell of the past of their records, each deed once."""
    names = ("action_time", "action", "agent_identifier", "action_description")
    lines = (
        " ".join(text for name in names if (text := action.get(name, ""))) for one in found for action in one.actions
    )
    return tuple(line for line in dict.fromkeys(lines) if line)


def signatures_of(found: Iterable[Encapsulated]) -> Iterator[Finding]:
    """Who signed, as the encapsulations say: what was verified is told from what is only listed."""
    signers = Counter(
        (read.verdict, one.get("signer", "") or "?")
        for read in found
        for one in read.signatures
        if one["place"] == "signature"
    )
    for (verdict, signer), count in signers.items():
        code = {"right": "foreign.signature-right", "wrong": "foreign.signature-wrong"}.get(verdict, "foreign.signed")
        severity: Severity = "warning" if verdict == "wrong" else "note"
        yield Finding(code, "", severity, {"signer": readable(signer)[:200], "count": count})


def digest_of_file_outside(document: Document) -> Wanted | None:
    """The digest that stands in the place of a file which lies outside; None where it is the file itself."""
    said = " ".join(document.said.get(name, "") for name in ("keyword", "coding_description"))
    match = _DIGESTS.search(document.said.get("keyword", "")) or (
        _DIGESTS.search(said) if "外部" in said or "摘要" in said else None
    )
    if match is None or not document.coded:
        return None
    algorithm = match[1].lower().replace("-", "")
    length = 128 if algorithm == "sha512" else 64
    text = document.coded.lower()
    if len(text) == length and re.fullmatch("[0-9a-f]+", text):
        return Wanted(algorithm, text)
    try:
        digest = base64.b64decode(document.coded, validate=True).hex()
    except (binascii.Error, ValueError):
        return None
    return Wanted(algorithm, digest) if len(digest) == length else None


def listed_by_us(source: Source, outside: Sequence[Entry], top: str) -> dict[str, tuple[Wanted, ...]]:
    """The digests that the list of a transfer of ours gives for its encapsulations."""
    wanted: dict[str, tuple[Wanted, ...]] = {}
    for entry in outside:
        folder, _, name = entry.path.rpartition("/")
        if name != _LIST:
            continue
        base = folder + "/" if folder else ""
        try:
            listed = json.loads(source.read(entry.path, _LARGEST_LIST))
            files = [file for case in listed["cases"] for file in case["files"]]
            for file in files:
                one = Wanted("sha256", str(file["sha256"]).lower(), entry.path.removeprefix(top))
                wanted[base + str(file["path"])] = (one,)
        except (ValueError, KeyError, TypeError, RecursionError, Refused):
            continue
    return wanted
