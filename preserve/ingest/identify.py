"""Which format a file is: two identifiers and our own signatures asked, all answers kept, one stands by rule.

The rule is data (`profiles/identification.toml`): better grounds beat lesser ones, newer signatures older ones; where
two identifiers differ on equal good grounds a person is told. An answer by extension is a guess and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


_FIRM = ("container", "signature")


def _is_general(answer: Answer) -> bool:
    rules = extensions.rules()
    return not answer.puid or answer.puid in rules.general or answer.puid in rules.aliases


def _rank(answer: Answer) -> tuple[bool, int, bool, int]:
    """What looked into the file before what did not; what says more closely what it is before what says a family."""
    rules = extensions.rules()
    own = answer.identifier.startswith("preserve-") and answer.identifier != text.NAME
    firm = answer.basis in _FIRM
    vague = firm and _is_general(answer) and not own
    return not firm, rules.grounds.index(answer.basis) + 9 * vague, own, rules.newest_first.index(answer.identifier)


def _best(usable: list[Answer]) -> Answer:
    """The first by rank, or what another identifier says more closely of the very same format."""
    stands = usable[0]
    for answer in usable[1:]:
        firm = answer.basis in _FIRM and stands.basis in _FIRM
        if firm and answer.puid and stands.puid and pronom.is_kind_of(answer.puid, stands.puid):
            stands = answer
    return stands


def _akin(first: Answer, second: Answer) -> bool:
    """One format, a version of it or a narrower kind of it: no two opinions about what the file is."""
    assert first.puid and second.puid
    if first.puid == second.puid or first.name.casefold() == second.name.casefold():
        return True
    if pronom.is_kind_of(first.puid, second.puid) or pronom.is_kind_of(second.puid, first.puid):
        return True
    types = [{word.strip() for word in (a.mime or pronom.mime_of(a.puid or "")).split(",")} for a in (first, second)]
    endings = pronom.extensions_of(first.puid) & pronom.extensions_of(second.puid)
    return bool(endings and types[0] & types[1] - {"", "application/octet-stream"})


def _differ(stands: Answer, firm: list[Answer]) -> dict[str, set[str]]:
    """What each identifier says, where one says something else than the answer that stands; empty where none does."""
    if not stands.puid or not pronom.knows(stands.puid) or stands.identifier.startswith("preserve-"):
        return {}  # newer than the older signatures, or in none: they could not name it
    said: dict[str, list[Answer]] = {}
    for answer in firm:
        if not _is_general(answer):
            said.setdefault(answer.identifier, []).append(answer)
    if all(any(_akin(stands, answer) for answer in answers) for answers in said.values()):
        return {}
    return {who: {str(answer.puid) for answer in answers} for who, answers in said.items()}


def merge(answers: tuple[Answer, ...], name: str) -> Identification:
    """The answer that stands, and what must be told about it. `name` is the depositor's name."""
    rules = extensions.rules()
    usable = sorted((a for a in answers if _usable(a)), key=_rank)
    if not usable:
        found = _finding("unknown", name)
        return Identification(None, "", "", "", "none", answers, findings=(found,))
    stands = _best(usable)
    by_identifier = _differ(stands, [a for a in usable if a.basis in _FIRM])
    disagreement = bool(by_identifier)
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
    puid = rules.aliases.get(stands.puid or "", stands.puid)
    return Identification(
        *(puid, stands.name, stands.format_version, stands.mime, stands.basis),
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


def identify_many(
    files: Sequence[tuple[Path, str, int]], workers: int = 2, read: Mapping[Path, bytes] | None = None
) -> list[Identification]:
    """The same for many files (path, name, size), in their order; siegfried takes them together. Raises OSError.

    `read` are all bytes of those that were read already.
    """
    full = [path for path, _, size in files if size]
    newest = dict(zip(full, siegfried.answers_of_many(full, workers), strict=True))
    result = []
    for path, name, size in files:
        if size == 0:
            result.append(_empty(name))
            continue
        data = read.get(path) if read else None
        head, tail = pronom.read_windows(path, size) if data is None else pronom.windows_of(data)
        own = extensions.answers(head, name, path)
        others = (*own, *newest[path], *pronom.answers(head, tail, name, path))
        result.append(merge((*others, *text.answers(head, others)), name))
    return result
