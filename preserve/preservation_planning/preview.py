"""What a formats policy would change in the whole archive, reckoned in the catalogue by kinds of files.

There are some hundreds of kinds, however many cases there are: the rules are asked for each kind once, and the
database counts. No package is opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from preserve.data_management import format_counts, migrations_journal
from preserve.data_management.formats_index import Kind, Traits
from preserve.ingest.normalise import FormatsProfile
from preserve.preservation_planning.policy import Policy, Wish, wish_for


@dataclass(frozen=True, slots=True)
class Touched:
    """Originals of one kind that the policy would treat otherwise: how many, their bytes, what would be made of them.

    `estimate` are the bytes of the copies that would be made, at most.
    """

    kind: Kind
    wish: Wish
    files: int
    size: int
    estimate: int


@dataclass(frozen=True, slots=True)
class Preview:
    """The whole: cases, originals and their bytes, the bytes that new copies need, and the new packages all together.

    `settled` are cases that were tried under this very policy and are left alone.
    """

    policy: Policy
    cases: int
    files: int
    size: int
    estimate: int
    packages: int
    settled: int
    touched: tuple[Touched, ...]


def changing(connection: Connection, policy: Policy) -> dict[int, tuple[Kind, Wish]]:
    """The kinds of originals that the policy would treat otherwise."""
    wishes = {number: (kind, wish_for(kind, policy)) for number, kind in format_counts.kinds(connection).items()}
    return {number: one for number, one in wishes.items() if one[1].changes}


def preview(connection: Connection, policy: Policy, *, again: bool = False) -> Preview:
    """Count what the policy would touch; with `again` also the cases that were tried under it already."""
    wishes = changing(connection, policy)
    if not wishes:
        return Preview(policy, 0, 0, 0, 0, 0, 0, ())
    touched = []
    for number, left in format_counts.touched(connection, wishes, policy.key, again=again).items():
        kind, wished = wishes[number]
        estimate = estimated(wished, left.size, left.pixels, policy.formats)
        touched.append(Touched(kind, wished, left.files, left.size, estimate))
    cases, packages = format_counts.touched_packages(connection, wishes, policy.key, again=again)
    touched.sort(key=lambda one: (-one.size, one.kind.puid, one.kind.traits))
    estimate = sum(one.estimate for one in touched)
    return Preview(
        policy,
        cases,
        sum(one.files for one in touched),
        sum(one.size for one in touched),
        estimate,
        packages + estimate,
        migrations_journal.count_settled(connection, policy.key),
        tuple(touched),
    )


def estimated(wished: Wish, size: int, pixels: int, formats: FormatsProfile) -> int:
    """Bytes that the wished copies of so many bytes of originals need, at most."""
    needed = 0.0
    for kind in wished.make:
        if kind == "ffv1" and pixels:
            needed += pixels * formats.estimate["ffv1_pixel"]
        else:
            needed += size * formats.estimate[kind]
    return int(needed)


def affected(connection: Connection, policy: Policy, count: int, *, again: bool = False, after: str = "") -> list[str]:
    """The next cases (objids, in their order) that the policy would touch; none that was tried under it already."""
    wishes = changing(connection, policy)
    if not wishes:
        return []
    return format_counts.touched_cases(connection, wishes, policy.key, count, again=again, after=after)


def named(kind: Kind) -> Iterator[str]:
    """A kind for people: format, codecs, encoding."""
    traits = Traits.read(kind.traits)
    yield " ".join(part for part in (kind.name or "?", kind.version) if part)
    yield ", ".join((*traits.video, *traits.sound, *([traits.encoding] if traits.encoding else [])))
