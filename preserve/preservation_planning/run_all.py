"""A new policy over the whole archive, case by case, for as long as it takes; stopped or killed, the same call goes on.

Nothing is planned ahead: which case is next is asked of the catalogue, where a case that is done, or was found to need
nothing, is not affected any more. So a hundred thousand cases need no more memory than one, and no list to lose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from metadata.findings import Finding
from preserve.data_management import migrations_journal
from preserve.data_management.database import Catalogue
from preserve.errors import NotIntact, PreserveError, Refused
from preserve.home import Home
from preserve.preservation_planning import preview, resume
from preserve.preservation_planning.migrate_formats import Represerved, represerve
from preserve.preservation_planning.policy import Policy
from preserve.progress import Progress, check_stop
from storage_adapters.errors import CopyUnknown

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Failed:
    """A case for which no new version could be made now, and why; the next run tries it again."""

    objid: str
    error: PreserveError | CopyUnknown

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found wrong."""
        return self.error.findings if isinstance(self.error, PreserveError) else ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases: at most `limit` (0: all), only these (objids); `again` also those tried under the policy already."""

    limit: int = 0
    only: tuple[str, ...] = ()
    again: bool = False


def campaign(
    home: Home,
    catalogue: Catalogue,
    policy: Policy,
    scope: Scope = Scope(),
    *,
    actor: str,
    jobs: int,
    watcher: Progress,
) -> Iterator[Represerved | Failed]:
    """What came of each case, one after the other.

    A damaged package, or one that another run works on, is reported and left for the next time. Errors of the store
    that would meet the next case too (full, absent, failing), a missing tool and a wish to stop are raised.
    """
    resume.give_up_others(home, catalogue, policy)
    for done, objid in enumerate(scope.only or _next(catalogue, policy, again=scope.again), 1):
        check_stop()
        try:
            yield represerve(home, catalogue, objid, policy, actor=actor, jobs=jobs, watcher=watcher)
        except (NotIntact, Refused, CopyUnknown) as error:
            yield Failed(objid, error)
        if scope.limit and done >= scope.limit:
            return


def _next(catalogue: Catalogue, policy: Policy, *, again: bool) -> Iterator[str]:
    """Those begun and not ended first (others were given up), then every case that the policy touches, each once."""
    with catalogue.read() as connection:
        begun = [row.objid for row in migrations_journal.all_running(connection)]
    yield from begun
    after = ""
    while True:
        with catalogue.read() as connection:
            objids = preview.affected(connection, policy, _PAGE, again=again, after=after)
        if not objids:
            return
        yield from (objid for objid in objids if objid not in begun)
        after = objids[-1]
