"""The plan of a campaign as it is kept: JSON lines whose digest stands in the ledger; and what people decided about it.

Paths whose bytes are no UTF-8 are kept as escapes (PEP 383), so each line is ASCII.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal

from metadata.findings import Finding
from preserve.errors import NotIntact
from preserve.ingest.legacy.records import BadRange, Carrier, Cell, FoundFile, ListedCase, ListedPlace, Match
from preserve.ingest.legacy.twice import OnCarrier, Twin

Deed = Literal["yes", "no", "damaged", "left"]
"""A person's word: it belongs to the case; it does not; it is taken although the carrier does not give all of it;
it is left where it lies."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a plan was made of, when and by whom; `sha256` is the list's."""

    id: str
    made: str
    by: str
    list_name: str
    sha256: str
    profile: str


@dataclass(frozen=True)
class Plan:
    """One plan. `checks` tell each carrier from another in its place; `digests` are of files that were read whole."""

    head: Head
    carriers: tuple[Carrier, ...]
    checks: Mapping[str, str]
    cases: tuple[ListedCase, ...]
    files: tuple[FoundFile, ...]
    matches: tuple[Match, ...]
    missing: tuple[int, ...]
    unlisted: tuple[FoundFile, ...]
    twins: tuple[Twin, ...] = ()
    digests: Mapping[OnCarrier, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Carrier]:
        """Carriers by their names in the plan."""
        return {carrier.id: carrier for carrier in self.carriers}

    @cached_property
    def _sorted(self) -> dict[str, tuple[list[str], list[FoundFile]]]:
        found: dict[str, list[FoundFile]] = {}
        for file in self.files:
            found.setdefault(file.carrier, []).append(file)
        for files in found.values():
            files.sort(key=lambda file: file.path)
        return {carrier: ([file.path for file in files], files) for carrier, files in found.items()}

    def below(self, carrier: str, path: str) -> Iterator[FoundFile]:
        """The file of that path; all of a folder where the path ends with `/`, of the carrier where it is empty."""
        paths, files = self._sorted.get(carrier, ([], []))
        for at in range(bisect_left(paths, path), len(paths)):
            if paths[at] != path and not (paths[at].startswith(path) and (path.endswith("/") or not path)):
                break
            yield files[at]


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody said about a file or folder of a carrier; `case` is the key of a row of the list, or empty."""

    carrier: str
    path: str
    deed: Deed
    case: str = ""


def _line(kind: str, /, **values: Any) -> bytes:
    return json.dumps({"line": kind, **values}, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


def write_plan(plan: Plan) -> bytes:
    """The plan as it is kept; the same plan gives the same bytes."""
    unlisted = {(file.carrier, file.path) for file in plan.unlisted}
    lines = [_line("plan", **asdict(plan.head))]
    lines += [_line("carrier", check=plan.checks.get(one.id, ""), **asdict(one)) for one in plan.carriers]
    lines += [_case_line(one) for one in plan.cases]
    for file in plan.files:
        place = (file.carrier, file.path)
        known = plan.digests.get(place, "")
        lines.append(_line("file", sha256=known, unlisted=place in unlisted, **asdict(file)))
    lines += [_line("match", **asdict(match)) for match in plan.matches]
    lines += [_line("missing", case=case) for case in plan.missing]
    lines += [_line("twice", **asdict(twin)) for twin in plan.twins]
    lines += [_line("finding", **_finding(finding)) for finding in plan.findings]
    return b"".join(lines)


def _case_line(case: ListedCase) -> bytes:
    values = {**asdict(case), "facts": dict(case.facts), "rest": dict(case.rest)}
    if not case.written:  # as a plan of before says it
        del values["written"]
    return _line("case", **values)


def _finding(finding: Finding) -> dict[str, Any]:
    values = {**asdict(finding), "values": dict(finding.values)}
    return {name: value for name, value in values.items() if name != "findings"}


def read_plan(data: bytes) -> Plan:
    """A plan that was kept. Raises NotIntact where the lines are none."""
    rows: dict[str, list[dict[str, Any]]] = {}
    try:
        for line in data.splitlines():
            row = json.loads(line)
            rows.setdefault(row.pop("line"), []).append(row)
        files = [(row, _file(row)) for row in rows.get("file", ())]
        return Plan(
            Head(**rows["plan"][0]),
            tuple(_carrier(row) for row in rows.get("carrier", ())),
            {row["id"]: row["check"] for row in rows.get("carrier", ())},
            tuple(_case(row) for row in rows.get("case", ())),
            tuple(file for _, file in files),
            tuple(Match(**row) for row in rows.get("match", ())),
            tuple(row["case"] for row in rows.get("missing", ())),
            tuple(file for row, file in files if row["unlisted"]),
            tuple(
                Twin(row["sha256"], row["size"], tuple((one[0], one[1]) for one in row["places"]))
                for row in rows.get("twice", ())
            ),
            {(file.carrier, file.path): row["sha256"] for row, file in files if row["sha256"]},
            tuple(Finding(**row) for row in rows.get("finding", ())),
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise NotIntact("imports.plan-damaged", detail=str(error)) from error


def _carrier(row: Mapping[str, Any]) -> Carrier:
    known = {name: value for name, value in row.items() if name not in ("check", "bad")}
    return Carrier(**known, bad=tuple(BadRange(**one) for one in row["bad"]))


def _case(row: Mapping[str, Any]) -> ListedCase:
    cells = tuple(Cell(**cell) for cell in row["cells"])
    located = tuple(ListedPlace(**one) for one in row["located"])
    told = {
        "cells": cells,
        "places": tuple(row["places"]),
        "located": located,
        "written": tuple(row.get("written", ())),
    }
    return ListedCase(**{**row, **told})


def _file(row: Mapping[str, Any]) -> FoundFile:
    return FoundFile(row["carrier"], row["path"], row["size"], row["modified_ns"])


def write_decisions(decisions: Iterable[Decision]) -> bytes:
    """Decisions as they are kept, in an order that hangs on nothing but them."""
    return b"".join(sorted(_line("decision", **asdict(one)) for one in set(decisions)))


def read_decisions(data: bytes) -> tuple[Decision, ...]:
    """Decisions that were kept. Raises NotIntact."""
    try:
        rows = [json.loads(line) for line in data.splitlines()]
        return tuple(Decision(row["carrier"], row["path"], row["deed"], row["case"]) for row in rows)
    except (ValueError, KeyError, TypeError) as error:
        raise NotIntact("imports.plan-damaged", detail=str(error)) from error


def later_wins(before: Sequence[Decision], added: Sequence[Decision]) -> tuple[Decision, ...]:
    """Both; of two about the same thing and case the later one counts."""
    kept = {_about(one): one for one in before}
    kept.update((_about(one), one) for one in added)
    return tuple(kept.values())


def _about(one: Decision) -> tuple[str, str, str, bool]:
    return one.carrier, one.path, one.case, one.deed in ("damaged", "left")


def digest_of(data: bytes) -> str:
    """SHA-256 of what is kept, as the ledger has it."""
    return hashlib.sha256(data).hexdigest()
