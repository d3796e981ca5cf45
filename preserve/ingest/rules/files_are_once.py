"""Art. 16: a file is in the case once; the same bytes under two names are told."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from preserve.ingest.rules import View, finding
from preserve.messages import listed


def check(view: View) -> Iterator[Finding]:
    """Each set of files of which all have one digest."""
    alike = {name for names in view.identical for name in names}
    described = {item.file for item in view.case.objects if item.file in alike} if alike else alike
    for names in view.identical:
        files = [name for name in names if name in described]
        if len(files) > 1:
            others = listed(files[1:6]) + ("…" if len(files) > 6 else "")
            yield finding("file-identical", view.profile.identical, files[0], others=others, count=len(files))
