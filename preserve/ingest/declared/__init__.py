"""The depositor's word: digests that a deposit itself declares for its files, in whatever form they were written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple


class Wanted(NamedTuple):
    """A digest that a file must have, in lower-case hex, and the list in the deposit that says so."""

    algorithm: str
    digest: str
    source: str = ""


def files_by_list(wanted: Mapping[str, tuple[Wanted, ...]]) -> Counter[str]:
    """For how many files each list of the deposit speaks."""
    return Counter(source for digests in wanted.values() for source in {digest.source for digest in digests})
