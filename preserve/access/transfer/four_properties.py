"""The four-property test at transfer (DA/T 70-2018 四性检测, 移交与接收), from what was really looked at."""

from __future__ import annotations

from collections.abc import Mapping

from preserve.access.transfer.model import Tested, Transfer
from preserve.data_management import event_index, object_index
from preserve.data_management.database import Catalogue
from preserve.data_management.ledger_keys import has_sealer
from preserve.data_management.proof import verify_ledger
from preserve.errors import NotIntact
from preserve.home import Home
from preserve.messages import say, speaking


def four_properties(
    home: Home, catalogue: Catalogue, transfer: Transfer, counts: Mapping[str, int]
) -> tuple[Tested, ...]:
    """Every item with result and basis; what is altered is no result but stops the transfer (NotIntact).

    `counts`: files by case, as the anchored manifests list them; each is digested while it is copied, and read back.
    """
    report = verify_ledger.verify_ledger(
        catalogue, home.store / "ledger", home.keys / "ledger.pub", waits=has_sealer(home)
    )
    if not report.intact:
        raise NotIntact("transfer.ledger", transfer.number, findings=report.findings)
    with catalogue.read() as connection:
        unknown = viruses = scanned = 0
        for item in transfer.items:
            unknown += object_index.count_unidentified(connection, item.objid)
            outcomes = event_index.outcomes(connection, item.objid, "virus check")
            scanned += "success" in outcomes
            viruses += "fail" in outcomes
    bare = sum(not (item.archival_number and item.title) for item in transfer.items)
    total = sum(counts.values())
    with speaking(home.settings.language):
        return (
            _tested("authenticity", "digests", True, count=total),
            _tested("authenticity", "ledger", True, count=report.entries),
            _tested("integrity", "files", True, count=total),
            _tested("integrity", "description", not bare, count=bare),
            _tested("usability", "readable", True, count=total),
            _tested("usability", "formats", not unknown, count=unknown),
            Tested(
                kind="security",
                item="virus",
                basis=say("transfer.test-virus", count=scanned),
                result="fail" if viruses else "pass" if scanned == len(transfer.items) else "not-tested",
            ),
            Tested(kind="security", item="carrier", basis=say("transfer.test-carrier"), result="not-tested"),
        )


def _tested(kind: str, item: str, passed: bool, *, count: int) -> Tested:
    return Tested(
        kind=kind, item=item, result="pass" if passed else "fail", basis=say(f"transfer.test-{item}", count=count)
    )
