"""The originals of a case by stage of enforcement (regulation Art. 3), as divisions of the representation."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from metadata.mets import Division
from metadata.names import text_of
from preserve.description.labels import chinese_of
from preserve.description.schema import CaseDescription, Stage


def by_stage(case: CaseDescription, named: Iterable[tuple[str, bytes]]) -> list[Division]:
    """The stages that have files, in their order. `named`: identifier and the depositor's name of each original.

    Names are compared as the description was when it was held against the deposit.
    """
    stages = {unicodedata.normalize("NFC", item.file): item.stage for item in case.objects}
    parts: dict[Stage, list[str]] = {stage: [] for stage in Stage}
    for identifier, name in named:
        if (stage := stages.get(unicodedata.normalize("NFC", text_of(name)))) is not None:
            parts[stage].append(identifier)
    return [
        Division(stage.value, f"{chinese_of(stage)} {stage.value}", files) for stage, files in parts.items() if files
    ]
