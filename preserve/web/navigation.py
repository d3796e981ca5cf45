"""The bar of subjects (档办发〔2017〕3号 names them), each for who may open it, and which addresses are ours."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Subject:
    """One entry of the bar: its address, its word, and the duties of which one opens it; none: everybody.

    `also` are the addresses of other pages that belong to it.
    """

    path: str
    word: str
    duties: frozenset[str] = frozenset()
    also: tuple[str, ...] = ()

    def covers(self, address: str) -> bool:
        """Whether the page of that address belongs to this subject."""
        if self.path == "/":
            return address == "/"
        return any(address == path or address.startswith(f"{path}/") for path in (self.path, *self.also))


_KEEPING = ("/copies", "/discs", "/audits", "/repairs", "/planning")
_APPRAISAL = ("/reviews", "/holds", "/disposals")
SUBJECTS = (
    Subject("/", "web.nav-today"),
    Subject("/deposits", "web.nav-deposits", frozenset({"hand-in", "ingest"}), ("/pool", "/imports")),
    Subject("/cases", "web.nav-cases", frozenset({"find"}), ("/fonds", "/forms", "/readings")),
    Subject("/requests", "web.nav-requests", frozenset({"see-requests", "open-request"})),
    Subject("/approvals", "web.nav-approvals", frozenset({"decide"})),
    Subject("/media", "web.nav-keeping", frozenset({"keep", "report"}), _KEEPING),
    Subject("/retention", "web.nav-appraisal", frozenset({"find", "appraise"}), _APPRAISAL),
    Subject("/transfers", "web.nav-transfers", frozenset({"deliver", "decide"}), ("/exports", "/public")),
    Subject("/statistics", "web.nav-statistics", frozenset({"report"})),
    Subject("/jobs", "web.nav-jobs", frozenset({"ingest", "hand-in", "keep", "deliver", "examine"})),
    Subject("/system", "web.nav-system", frozenset({"keep"})),
    Subject("/accounts", "web.nav-people", frozenset({"appoint"})),
    Subject("/audit", "web.nav-audit", frozenset({"report"})),
)


def subjects_for(duties: Collection[str], there: Collection[str]) -> list[Subject]:
    """The subjects that somebody with these duties may open, as far as their pages are there."""
    return [one for one in SUBJECTS if one.path in there and (not one.duties or one.duties & set(duties))]


def safe_address(address: str) -> str:
    """The address where it is one of ours, else the first page: nobody is sent to another host."""
    try:
        parts = urlsplit(address)
    except ValueError:  # an opened bracket where a host stands
        return "/"
    is_ours = not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith("//")
    return address if is_ours and "\\" not in address and address.isprintable() else "/"
