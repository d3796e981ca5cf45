"""Whether scans can be read by machine here: the libraries, and the models by their SHA-256."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Value
from preserve.administration.health import Check
from preserve.errors import PreserveError
from preserve.home import Home
from preserve.machine_reading.line_reader import missing
from preserve.machine_reading.models import find_models


def examine_reading(home: Home) -> Iterator[Check]:
    """What is missing, which model counts for text, and which differ from their SHA-256; all else works without."""
    try:
        found = tuple(find_models(home.profiles, home.models))
    except PreserveError:
        return  # `preserve profiles check` names the mistake
    for one in found:
        if one.state == "wrong":
            values: dict[str, Value] = {"name": one.described.name, "path": str(one.wrong[0])}
            yield Check("health.model-wrong", "wrong", values)
    reads = next((one.described for one in found if one.described.what == "ocr" and one.state == "whole"), None)
    if reads is not None:
        yield Check("health.model", "good", {"name": reads.name, "digest": reads.digest[:16]})
    elif not missing():
        yield Check("health.model-missing", "optional")
    if not missing() and not any(one.described.what == "face" and one.state == "whole" for one in found):
        yield Check("health.face-model-missing", "optional")
