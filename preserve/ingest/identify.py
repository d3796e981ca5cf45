"""Which format a file is: two identifiers and our own signatures asked, all answers kept, one stands by rule.

The rule is data (`profiles/identification.toml`): better grounds beat lesser ones, newer signatures older ones; where
two identifiers differ on equal good grounds a person is told. An answer by extension is a guess and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from metadata.findings import Finding, Severity, Value
from preserve.ingest.facts import Answer, Identification
from preserve.ingest.identifiers import extensions, pronom, siegfried, text


def _finding(code: str, name: str, severity: Severity = "warning", **values: Value) -> Finding:
    return Finding(f"format.{code}", name, severity, values)


def _usable(answer: Answer) -> bool:
    if answer.basis == "none":
        return False
    return not (answer.basis == "extension" and answer.puid in extensions.rules().never_by_extension)


def _rank(answer: Answer) -> tuple[int, int]:
    rules = extensions.rules()
    return rules.grounds.index(answer.basis), rules.newest_first.index(answer.identifier)


def merge(answers: tuple[Answer, ...], name: str) -> Identification:
    """The answer that stands, and what must be told about it. `name` is the depositor's name."""
    rules = extensions.rules()
    usable = sorted((a for a in answers if _usable(a)), key=_rank)
    if not usable:
        found = _finding("unknown", name)
        return Identification(None, "", "", "", "none", answers, findings=(found,))
    stands = usable[0]
    firm = [a for a in usable if a.basis in ("container", "signature")]
    by_identifier: dict[str, set[str]] = {}
    for answer in firm:
        if answer.puid and answer.puid not in rules.general:
            by_identifier.setdefault(answer.identifier, set()).add(answer.puid)
    said = list(by_identifier.values())
    disagreement = (
        stands.identifier not in ("preserve-extensions", text.NAME) and len(said) > 1 and not set.intersection(*said)
    )
    if stands.puid and not pronom.knows(stands.puid):
        disagreement = False  # newer than the older signatures: they could not name it
    findings = []
    if disagreement:
        told = "; ".join(f"{who}: {', '.join(sorted(puids))}" for who, puids in by_identifier.items())
        findings.append(_finding("identifiers-disagree", name, answers=told, stands=stands.puid or stands.name))
    if stands.basis == "extension":
        findings.append(_finding("by-extension-only", name, format=stands.name, puid=stands.puid or ""))
    honest = rules.honest_extensions.get(stands.mime.partition(",")[0].strip())
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if honest and extension and stands.basis in ("container", "signature") and extension not in honest:
        findings.append(_finding("extension-lies", name, extension=extension, format=stands.name))
    return Identification(
        *(stands.puid, stands.name, stands.format_version, stands.mime, stands.basis),
        *(answers, disagreement, tuple(findings)),
    )


def _empty(name: str) -> Identification:
    return Identification(None, "", "", "", "none", (), findings=(_finding("empty", name, "error"),))


def identify(path: Path, name: str, size: int, windows: tuple[bytes, bytes] | None = None) -> Identification:
    """What the file at `path` (stored with its extension; `size` bytes) is; `name` is the depositor's for it.

    `windows` are its first and last 128 KiB where they were read already. Raises OSError if it cannot be read.
    """
    if size == 0:
        return _empty(name)
    head, tail = windows or pronom.read_windows(path, size)
    own = extensions.answers(head, name, path)
    others = (*own, *siegfried.answers(path), *pronom.answers(head, tail, name, path))
    return merge((*others, *text.answers(head, others)), name)


def identify_many(files: Sequence[tuple[Path, str, int]], workers: int = 2) -> list[Identification]:
    """The same for many files (path, name, size), in their order; siegfried takes them together. Raises OSError."""
    full = [path for path, _, size in files if size]
    newest = dict(zip(full, siegfried.answers_of_many(full, workers), strict=True))
    result = []
    for path, name, size in files:
        if size == 0:
            result.append(_empty(name))
            continue
        head, tail = pronom.read_windows(path, size)
        own = extensions.answers(head, name, path)
        others = (*own, *newest[path], *pronom.answers(head, tail, name, path))
        result.append(merge((*others, *text.answers(head, others)), name))
    return result
