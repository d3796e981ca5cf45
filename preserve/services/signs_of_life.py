"""Which of a worker's own children hang: a child renews the lease of its job, and one that is stopped does not."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from preserve.data_management import leases
from preserve.data_management.archive import Archive
from preserve.errors import PreserveError
from preserve.services import job_folders

HUNG = 30.0
"""Seconds without a sign of life, while the catalogue answers, after which a child is taken for hung."""


@dataclass(slots=True)
class SignsOfLife:
    """What was last seen of each child; times are this process's own, the leases' terms are only compared."""

    archive: Archive
    clock: Callable[[], float] = time.monotonic
    _seen: dict[str, tuple[str, float]] = field(default_factory=dict)

    def silent(self, mine: Sequence[str]) -> list[str]:
        """Of the jobs that run here, those whose process hangs. Raises what the catalogue raises.

        Where nobody could look, everybody gets their whole time again: who cannot reach the server renews nothing.
        """
        home = self.archive.home
        names = {job: str((job_folders.folder(home, job) / job_folders.LOCK).relative_to(home.path)) for job in mine}
        try:
            with self.archive.catalogue.read() as connection:
                renewed = leases.renewed(connection, list(names.values())) if mine else {}
        except PreserveError:
            self._seen.clear()
            raise
        moment = self.clock()
        self._seen = {job: self._after(job, renewed.get(name, ""), moment) for job, name in names.items()}
        return [job for job, (_, since) in self._seen.items() if moment - since > HUNG]

    def _after(self, job: str, until: str, moment: float) -> tuple[str, float]:
        before = self._seen.get(job)
        return before if before is not None and before[0] == until else (until, moment)
