"""The chain of custody from deposit to today: when, what, who, verified how; from the ledger and the audits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from preserve.access.certificate.words import Pair, both, grouped, local
from preserve.clock import stamp
from preserve.data_management import accounts, audit_records, holdings, ledger
from preserve.data_management.ledger import Entry
from preserve.data_management.proof import anchors
from preserve.home import Home
from preserve.messages import bytes_for_people, known
from storage_adapters.registry import traits_of

_OF_CASES = (
    "ingest.started",
    "ingest.copied",
    "ingest.sealed",
    *anchors.ANCHORING,
    "copy.changed",
    "copy.repaired",
    "copy.not-repaired",
    "package.restored",
)

_ALGORITHMS = {"sha256": "SHA-256", "sha512": "SHA-512", "sm3": "SM3"}
Told = tuple[Pair, Pair | str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One line: RFC 3339 time, what happened, by whom, how it was verified, number of the ledger entry or nothing.

    `digest` is the one that `how` speaks of, hex.
    """

    when: str
    event: Pair
    who: str
    how: Pair | str
    entry: int | None
    digest: str = ""

    def row(self, home: Home) -> dict[str, Any]:
        """As the template takes it."""
        return {
            "time": local(home, self.when),
            "event": self.event,
            "who": self.who,
            "how": self.how,
            "entry": f"{self.entry}" if self.entry else "—",
            "digest": grouped(self.digest),
        }


def trace(
    connection: Connection, home: Home, packages: Mapping[str, str], numbers: Sequence[int], several: bool
) -> list[Step]:
    """Every step about the packages (name to case number) and the request, oldest first; `several` names the case."""
    labels = _labels(connection)
    remote = {row.id for row in holdings.all_media(connection) if traits_of(row.kind).remote}
    objids = {name.rpartition("_v")[0]: name for name in packages}
    steps = []
    for entry in _entries(connection, list(objids), numbers):
        package = objids.get(entry.subject, "")
        about = f" {packages[package]}" if several and package else ""
        who = _name(connection, entry.actor)
        for event, how, digest in _told(entry, package, labels, remote):
            named = Pair(zh=event["zh"] + about, en=event["en"] + about)
            steps.append(Step(entry.time, named, who, how, entry.number, digest))
    for name, number in packages.items():
        steps += _checks(home, name, f" {number}" if several else "", labels)
    return sorted(steps, key=lambda step: (step.when, step.entry or 0))


def _labels(connection: Connection) -> dict[str, Pair]:
    """What media are called: their kind, and the name that people gave them."""
    found = {}
    for row in holdings.all_media(connection):
        kind = _kind(row.kind)
        found[row.id] = Pair(zh=f"{kind['zh']} {row.label}", en=f"{kind['en']} {row.label}")
    return found


def _kind(kind: str) -> Pair:
    if known(f"certificate.medium-{kind}"):
        return both(f"medium-{kind}")
    traits = traits_of(kind)
    return Pair(zh=traits.name_zh or kind, en=traits.name_en or kind)


def _entries(connection: Connection, objids: list[str], numbers: Sequence[int]) -> list[Entry]:
    entries = [*ledger.about_any(connection, objids, _OF_CASES), *ledger.numbered(connection, numbers)]
    return list({entry.number: entry for entry in entries}.values())


def _name(connection: Connection, account: str) -> str:
    row = accounts.read_account(connection, account)
    if row is None:
        return f"{account}（未登记姓名 name not registered）"
    return f"{row.person}（{account}）" if row.person != account else account


def _told(entry: Entry, package: str, labels: Mapping[str, Pair], remote: Collection[str]) -> Iterator[Told]:
    """What an entry says to a lay reader: the event, how it was verified, and the digest that this speaks of."""
    given, action = entry.details, entry.action
    if package and given.get("name", package) != package and action not in anchors.ANCHORING:
        return  # about the copies of another version
    medium = labels.get(given.get("medium", ""), _unknown(given.get("medium", "")))
    if action == "ingest.started":
        size = bytes_for_people(given["bytes"])
        yield both("step-started", count=given["files"], size=size), both("how-started"), ""
    elif action == "ingest.copied":
        digests = ", ".join(_ALGORITHMS.get(one, one) for one in given["digests"])
        yield both("step-copied", count=given["files"]), both("how-copied", digests=digests), ""
    elif action == "ingest.sealed":
        yield both("step-sealed", count=given["files"]), both("how-sealed"), ""
    elif action in anchors.ANCHORING:
        step = both("step-" + action.removeprefix("case."), version=given.get("version", 1))
        digest = given.get("manifest_sha256", "")
        yield step, both("how-registered") if digest else "—", digest
    elif action == "copy.changed" and given["state"] in ("verified", "suspect", "lost", "retired"):
        state = given["state"]
        how = both("how-copy-remote" if given.get("medium") in remote else "how-copy")
        yield both(f"step-copy-{state}", medium=medium), how if state == "verified" else "—", ""
    elif action in ("copy.repaired", "copy.not-repaired"):
        yield both("step-" + action.replace(".", "-"), medium=medium), both("how-repaired"), ""
    elif action == "package.restored":
        yield both("step-restored"), both("how-sealed"), ""
    elif action.startswith("request."):
        article = given.get("article", "")
        article = both("article", article=article) if article.isdigit() else article
        step = both("step-" + action.replace(".", "-"), number=entry.subject, article=article)
        yield step, both("how-request"), given["sha256"]
    elif action == "dip.made":
        step = both("step-made", dip=entry.subject, count=given["files"])
        yield step, both("how-made"), given["evidence_sha256"]


def _unknown(medium: str) -> Pair:
    return Pair(zh=medium, en=medium)


def _reason(code: str) -> Pair:
    return both(f"reason-{code}") if known(f"certificate.reason-{code}") else Pair(zh=code, en=code)


def _checks(home: Home, package: str, about: str, labels: Mapping[str, Pair]) -> Iterator[Step]:
    """The audits: those that found nothing summed up a medium, every other one a line of its own."""
    rows = [row for row in audit_records.of_package(home.store, package) if not row.path]
    media: dict[str, list[audit_records.Record]] = {}
    for row in rows:
        media.setdefault(row.medium, []).append(row)
    for medium, checks in media.items():
        counts: Counter[str] = Counter()
        for row in checks:
            counts[row.outcome] += row.checks
        label = labels.get(medium, _unknown(medium))
        named = Pair(zh=label["zh"] + about, en=label["en"] + about)
        good = [row for row in checks if row.outcome == "intact"]
        if good:
            event = both("step-audits", count=counts["intact"], medium=named)
            how = both("how-audits", first=local(home, good[0].when)[:10], last=local(home, good[-1].when)[:10])
            yield Step(stamp(good[-1].when), event, "preserve", how, None)
        for row in checks:
            if row.outcome == "damaged":
                event = both("step-damaged", medium=named)
                yield Step(stamp(row.when), event, "preserve", both("how-damaged", reason=_reason(row.reason)), None)
