"""The history of a case on paper: the PDF with its proof, made as a job and fetched from its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from preserve.administration.duties import Duty
from preserve.services.case_history import show_history
from preserve.services.cases import of_case
from preserve.services.operation import Arguments, Look, job
from preserve.services.runs import Runs
from preserve.services.session import Session


@dataclass(frozen=True, slots=True)
class HistoryWritten:
    """The history as PDF and as a page, with the proof beside them; `status` is 4 where something stands against it."""

    status: int
    objid: str
    files: tuple[Path, ...]
    proof_sha256: str


def _looked_at(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"object": "", "form": ["html", "pdf"]}


@job(
    "history.write",
    duty=(Duty.FIND, Duty.REPORT),
    subject="case",
    look=Look("history.viewed", _looked_at, of_case),
    runs=Runs("waited", folder="folder", anew=True),
)
def write_history_paper(session: Session, case: str, folder: Path) -> HistoryWritten:
    """Write the history of a case into a folder, as PDF and as a page, with the proof. Raises Refused, NotIntact."""
    folder.mkdir(parents=True, exist_ok=True)
    view = show_history.run(session, case, pdf=folder / "history.pdf", html=folder / "history.html")
    return HistoryWritten(view.status, view.case.objid, view.files, view.proof_sha256)
