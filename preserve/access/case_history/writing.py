"""Writes a history for courts and inspectors: PDF/A or page, and the folder of proof beside it, or nothing at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from preserve.access.case_history.model import History
from preserve.access.case_history.sections import sections, title
from preserve.administration.printing.pages import as_html
from preserve.administration.printing.paper import as_pdf
from preserve.clock import zone
from preserve.data_management.ledger import Entry
from preserve.data_management.proof.export import PROGRAM, write_evidence
from preserve.home import Home
from preserve.messages import say
from preserve.outputs import check_new, new_folder, write_new
from storage_adapters.durable import discard, sync_folder
from storage_adapters.reading import digest_file

_PROOF = "-proof"


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, and the folder of proof beside them."""

    files: tuple[Path, ...]
    proof: Path
    sha256: str


def check_targets(targets: Sequence[Path], home: Home) -> None:
    """Raises Refused where something of that name is there: what was shown to a court is not written over."""
    for target in targets:
        check_new(target, home)


def write_history(
    home: Home,
    connection: Connection,
    history: History,
    entries: Sequence[Entry],
    targets: Mapping[str, Path],
    labels: Mapping[str, str],
) -> Written:
    """Write each of `targets` (`pdf`, `html`), after the proof that they name by its digest. Raises Refused.

    Stopped in between it leaves a folder of proof without a document, which the next run replaces.
    """
    check_targets(list(targets.values()), home)
    first = next(iter(targets.values()))
    proof = first.with_name(first.stem + _PROOF)
    if proof.is_dir() and not proof.is_symlink() and _is_left_over(proof, _named(history)):
        discard(proof, proof.parent)
    with new_folder(proof, home) as staged:
        write_evidence(home, connection, _named(history), staged, versions=history.packages, also=entries)
    digest = digest_file(proof / "proof.json", ("sha256",), from_medium=False)[1]["sha256"]
    local = zone(home.settings.time_zone)
    parts = sections(history, labels, local, (f"{proof.name}/ (proof.json, {PROGRAM})", digest))
    under = say(
        "history.under",
        institution=home.settings.institution,
        archive=home.settings.archive_id,
        moment=f"{history.moment.astimezone(local):%Y-%m-%d %H:%M}",
    )
    heading = title(history)
    for kind, target in targets.items():
        data = (
            as_pdf(heading, under, home.settings.institution, history.moment, parts)
            if kind == "pdf"
            else as_html(heading, under, parts)
        )
        write_new(target, data, home)
    sync_folder(first.parent)
    return Written(tuple(targets.values()), proof, digest)


def _named(history: History) -> str:
    """The newest package; of a case of which nothing is left, a name that stands for it."""
    return history.packages[-1] if history.packages else f"{history.objid}_v0000"


def _is_left_over(folder: Path, package: str) -> bool:
    """Whether a run that was stopped before its document left this, and nobody put anything to it."""
    known = {"proof.json", PROGRAM, "ledger.pub", "records"}
    documents = [one for one in folder.parent.glob("*") if one.stem + _PROOF == folder.name and one.is_file()]
    try:
        written = json.loads((folder / "proof.json").read_text(encoding="utf-8"))["package"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return not documents and written == package and {path.name for path in folder.iterdir()} <= known
