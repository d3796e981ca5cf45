"""Labels as papers to fetch, for a door that has no place to write to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, get_args

from pydantic import Field

from preserve.administration.duties import Duty
from preserve.archival_storage.labels import Form, Label, set_labels
from preserve.archival_storage.labels.of_media import usual_form
from preserve.errors import Refused, UsageError
from preserve.services.media import labelled, labels_of, named
from preserve.services.operation import Look, query
from preserve.services.session import Session

FORMS: tuple[Form, ...] = get_args(Form)
"""The forms that labels have."""


@dataclass(frozen=True, slots=True)
class LabelPaper:
    """Labels to print: a PDF/A (`data`) of `size` bytes, the name of a file for it, and what stands on each."""

    name: str
    size: int
    labels: tuple[Label, ...]
    data: Annotated[bytes, Field(exclude=True)] = field(repr=False)


@query("media.label_paper", duty=(Duty.KEEP, Duty.REPORT), subject=named, look=Look("media-labels.viewed", labelled))
def label_paper(session: Session, media: Sequence[str], form: str = "") -> LabelPaper:
    """The same labels as `media.label` writes, as bytes; without a form the usual one.

    Raises UsageError for a form that there is not, Refused for what bears no label, ToolMissing.
    """
    wanted = next((known for known in FORMS if known == form), None)
    if form and wanted is None:
        raise UsageError("web.media-no-form", form)
    labels = labels_of(session, media)
    if not labels:
        raise Refused("storage.no-label")
    document = set_labels(labels, wanted or usual_form(labels))
    name = labels[0].name if len(labels) == 1 else str(len(labels))
    return LabelPaper(f"label-{name}.pdf", len(document), tuple(labels), document)
