"""A delivery as it is built, before it leaves: one paper redacted, the rest as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from preserve.access.dip.package import Order, build
from preserve.access.requests.model import Delivery, Request
from preserve.access.requests.selecting import read_case
from preserve.access.requests.steps import Opinion
from preserve.messages import speaking
from preserve.progress import Silent
from tests.support.asking import PAPER, Counter


@dataclass(frozen=True)
class Built:
    """The folder, and what it was built for."""

    root: Path
    request: Request
    delivery: Delivery

    @property
    def package(self) -> Path:
        """The information package in it."""
        return self.root / "data" / self.root.name


def build_redacted(counter: Counter, folder: Path) -> Built:
    """A delivery of the whole case, of whose paper the second page is taken out."""
    plan = folder / "plan.toml"
    text = f'[[redaction]]\nobject = "{PAPER}"\nwhat = "pages"\npages = "2"\nreason = "隐私"\narticle = "20"\n'
    plan.write_text(text, encoding="utf-8")
    request = counter.approved(opinion=Opinion(plan=plan))
    with counter.archive.catalogue.read() as connection:
        cases = {counter.objid: read_case(counter.archive.home, connection, counter.objid)}
    root = folder / "dip-01jd0000000000000000000007"
    with speaking("zh"):
        delivery, findings = build(Order(counter.actor(), request, cases), root, Silent())
    assert findings == ()
    return Built(root, request, delivery)
