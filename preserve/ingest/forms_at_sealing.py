"""The forms of a case as of its sealing, for the package's documentation."""

from __future__ import annotations

from collections.abc import Iterator

from preserve.administration.file_forms.case_forms import sheets_of
from preserve.administration.file_forms.pages import as_html
from preserve.administration.file_forms.profile import FormsProfile
from preserve.administration.file_forms.volumes import Known, volumes_of
from preserve.administration.file_forms.wording import File
from preserve.administration.numbering.filing import belongs_to
from preserve.administration.paper_pages import pages_of
from preserve.description.fixed_values import Volume
from preserve.ingest.rules import View

_MOST_PAPERS = 5000
"""Of a case with more the forms are printed from the catalogue: its list alone would be larger than its papers."""
NAMES = {Volume.MAIN: "forms.html", Volume.INNER: "forms-inner.html"}


def forms_of(view: View, profile: FormsProfile) -> Iterator[tuple[str, str, bytes]]:
    """Name, MIME type and bytes of a page for each volume, in the language in use; none of a very large case.

    An archival number that the archive gives comes later: the forms have the one that the deposit came with.
    """
    case = view.case
    forms = profile.about("case")
    if len(case.objects) > _MOST_PAPERS or not forms:
        return
    known = {
        name: Known(pages_of(name, dict(character.properties)), character.duration)
        for name, character in (view.characters or {}).items()
    }
    fonds = belongs_to(view.register, case)
    file = File(case, case.archival_number, fonds, view.words, view.institution, profile.style)
    for volume in volumes_of(case, known, inner=True):
        sheets = [sheet for _, sheet in sheets_of(forms, file, [volume])]
        yield NAMES[volume.volume], "text/html", as_html(f"{case.case_number} {case.title}", sheets)
