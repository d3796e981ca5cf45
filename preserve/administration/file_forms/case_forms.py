"""The forms of one case, filled in from its description: for the package when it is sealed, and at any time after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from metadata.findings import Finding
from preserve.administration.file_forms.printing import Sheet
from preserve.administration.file_forms.profile import Form
from preserve.administration.file_forms.volumes import VolumeFile
from preserve.administration.file_forms.wording import (
    File,
    facts_of,
    filed_on,
    paper_cells,
    says_nothing,
    title_of_form,
)
from preserve.description.fixed_values import Volume
from preserve.description.labels import label_of


def sheet_of(form: Form, file: File, volume: VolumeFile) -> Sheet:
    """One form of a volume, filled in."""
    known = facts_of(file, volume)
    facts = tuple((name, known[name]) for name in form.facts)
    columns = [column.name for column in form.columns]
    rows = (tuple(map(paper_cells(file, volume, leaf).__getitem__, columns)) for leaf in volume.leaves)
    return Sheet(form, facts, rows if columns else ())


def sheets_of(forms: Sequence[Form], file: File, volumes: Iterable[VolumeFile]) -> Iterator[tuple[VolumeFile, Sheet]]:
    """Every form of every volume, the main volume's first."""
    for volume in volumes:
        for form in forms:
            yield volume, sheet_of(form, file, volume)


def name_of(form: Form, volume: Volume) -> str:
    """What the file of a form is called, without its ending."""
    title = title_of_form(form)
    return title if volume is Volume.MAIN else f"{label_of(volume)}-{title}"


def findings_of(file: File, volumes: Iterable[VolumeFile]) -> Iterator[Finding]:
    """What an inspector of case files would send back: a statement that says nothing, filed before it was closed."""
    case, where = file.description, file.description.case_number
    if case.note and says_nothing(case.note):
        yield Finding("forms.situation-empty", where, "warning", {"written": case.note})
    filed = filed_on(case)
    if filed is not None and case.closed is not None and filed < case.closed:
        values = {"filed": filed.isoformat(), "closed": case.closed.isoformat()}
        yield Finding("forms.filed-before-closed", where, "warning", dict(values))
    if not file.archival_number:
        yield Finding("forms.no-number", where, "note", {})
    unpaged = sum(volume.unpaged for volume in volumes)
    if unpaged:
        yield Finding("forms.pages-unknown", where, "note", {"count": unpaged})
