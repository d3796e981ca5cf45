"""The papers of a large case are set in a process of their own: typesetter and fonts take 80 MB, and go with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from preserve.administration.file_forms.profile import FormsProfile
from preserve.description.object_table import FEW
from preserve.ingest.assess import Judged
from preserve.ingest.compliance import reports
from preserve.ingest.evidence_notes import Evidence
from preserve.ingest.forms_at_sealing import forms_of
from preserve.typesetting import setting_by
from preserve.work import answer, executor


@contextmanager
def papers_apart(files: int, few: int = FEW) -> Iterator[None]:
    """Within, whatever is set as PDF is set elsewhere where the case has more than `few` files, with the same bytes."""
    if files <= few:
        yield
        return
    with executor(1) as pool:

        def run(work: Callable[..., bytes], *arguments: object) -> bytes:
            return answer(pool, work, *arguments)

        with setting_by(run):
            yield


def papers_of(
    judged: Judged, evidence: Evidence, institution: str, moment: datetime, forms: FormsProfile
) -> tuple[tuple[str, str, bytes], ...]:
    """Reports, forms and notes that go into the package, in the language in use: name, MIME type and bytes of each."""
    view = judged.view
    with papers_apart(len(view.case.objects)):
        told = reports(view, judged.findings, institution, moment, sealing=True)
        return (*told, *forms_of(view, forms), *evidence.notes(view, institution, moment))
