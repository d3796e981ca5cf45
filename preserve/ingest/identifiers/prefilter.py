"""What bytes a signature cannot do without, read from its regular expression.

Running 1,900 expressions on every file is what makes identification slow. Nearly all of them contain bytes that must
stand at a fixed place, or at least somewhere: where those are missing the expression need not run at all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

Position = Literal["BOF", "EOF", "VAR", "IFB"]
_parser: Any = re._parser  # type: ignore[attr-defined]  # the parser that `re` itself uses; there is no public one
_ENDLESS = 1 << 20
_NEAR = 4096  # places in which to look costs little
_FEW = 16  # so few that even a single byte says something


class Need(NamedTuple):
    """`literal` must begin between `first` and `last` (offsets from the beginning; None: anywhere behind `first`).

    A negative `first` counts from the end, as in a slice.
    """

    literal: bytes
    first: int
    last: int | None


def _runs(items: Any, low: int, high: int, fixed: list[Need]) -> tuple[int, int]:
    """Walk a sequence; note runs of literal bytes; return the range of offsets behind it."""
    run = bytearray()
    start = (low, high)

    def flush() -> None:
        if run:
            fixed.append(Need(bytes(run), start[0], None if start[1] >= _ENDLESS else start[1]))
            run.clear()

    for operation, argument in items:
        name = str(operation)
        if name == "LITERAL":
            if not run:
                start = (low, high)
            run.append(argument)
            low, high = low + 1, high + 1
        elif name == "AT":
            continue
        elif name == "SUBPATTERN" and not argument[1] and not argument[2]:
            flush()
            low, high = _runs(argument[3], low, high, fixed)
        elif name == "MAX_REPEAT" and argument[0] == argument[1] and argument[0] <= 64 and len(argument[2]) == 1:
            flush()
            for _ in range(argument[0]):
                low, high = _runs(argument[2], low, high, fixed)
        else:
            flush()
            pattern = _parser.SubPattern(_parser.State(), [(operation, argument)])
            try:
                least, most = pattern.getwidth()
            except Exception:  # noqa: BLE001  # a construct this walk does not know: from here on nothing is sure but the minimum
                least, most = 0, _ENDLESS
            low, high = low + int(least), min(_ENDLESS, high + int(most))
    flush()
    return low, high


def needs(expression: bytes, position: Position) -> list[Need]:
    """All literals that a match of `expression` contains. Empty where that is not known (flags, alternatives)."""
    try:
        parsed = _parser.parse(expression)
    except (re.error, RecursionError, OverflowError):
        return []
    if parsed.state.flags & re.IGNORECASE:
        return []
    anchored = position == "BOF" or (len(parsed) > 0 and str(parsed[0][1]) == "AT_BEGINNING_STRING")
    found: list[Need] = []
    _runs(parsed, 0, 0 if anchored and position != "EOF" else _ENDLESS, found)
    if position == "EOF" and len(parsed) > 0 and str(parsed[-1][1]) == "AT_END_STRING":
        longest = int(parsed.getwidth()[1])
        if longest <= _NEAR:  # the match ends with the file, so what it contains is no farther from there
            return [Need(need.literal, need.first - longest, None) for need in found]
    return found


def _places(need: Need) -> int:
    """At how many places it may begin."""
    return -need.first if need.first < 0 else _ENDLESS if need.last is None else need.last - need.first


def _rank(need: Need) -> tuple[int, int, int, bool]:
    """The cheapest and rarest need: fixed place before bounded before anywhere; longer before shorter."""
    places = _places(need)
    kind = 2 if places == 0 else 1 if places <= _NEAR else 0
    plain = len(set(need.literal))  # a run of equal bytes tells little
    telling = plain > 1 or places <= _FEW
    return kind if telling else 0, min(plain, 8), min(len(need.literal), 8), places <= _NEAR


def best(found: Iterable[Need]) -> Need | None:
    """The need to look for first; None where none is known."""
    return max(found, key=_rank, default=None)


def others(found: Iterable[Need], first: Need) -> list[Need]:
    """Two more that say something, the best before: what is to be asked before an expression runs."""
    more = (need for need in found if need != first and (len(set(need.literal)) > 1 or _places(need) <= _NEAR))
    return sorted(more, key=_rank)[:-3:-1]


_PLAIN = frozenset(
    b"\t\n\r 0123456789.,-_/()=:;\"'" + bytes(range(0x61, 0x7B)) + bytes(range(0x80, 0xC0)) + bytes(range(0xE3, 0xEA))
)
"""Bytes that stand in most texts, and in Chinese ones."""


def by_rare_byte(literals: Iterable[bytes]) -> list[tuple[int, list[bytes]]]:
    """The literals by a byte that each contains: where it is missing, none of them is there.

    A byte that few files have is chosen before one of texts, and among those the one that most of the literals share.
    """
    left = list(dict.fromkeys(literals))
    groups: list[tuple[int, list[bytes]]] = []
    while left:
        shared = Counter(byte for literal in left for byte in set(literal))
        rare = Counter({byte: count for byte, count in shared.items() if byte not in _PLAIN})
        byte = max(rare or shared, key=lambda byte: (shared[byte], -byte))
        groups.append((byte, [literal for literal in left if byte in literal]))
        left = [literal for literal in left if byte not in literal]
    return groups
