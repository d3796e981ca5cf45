"""A disc that was composed and not burned yet, and what makes the archive want one."""

from __future__ import annotations

from dataclasses import dataclass

from preserve.archival_storage.discs.compose import Composed
from preserve.archival_storage.policy import DiscKind, Requirement, StorageProfile
from tests.support.kept import Kept

DISCS = StorageProfile(ordinary=(Requirement(kind="optical"),), long_term=(Requirement(kind="optical"),))
KIND = DiscKind(capacity=60_000_000, words=("BD-R",), recovery=0)


@dataclass(frozen=True)
class Waiting:
    """The archive and the disc; its image lies in the store."""

    kept: Kept
    disc: Composed
