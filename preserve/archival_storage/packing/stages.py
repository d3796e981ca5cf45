"""The originals of a case by stage of enforcement (regulation Art. 3), as divisions of the representation."""

from __future__ import annotations

from metadata.compact import PackedTexts
from metadata.mets import Division
from preserve.description.fixed_values import Stage
from preserve.description.labels import chinese_of
from preserve.description.matching import described
from preserve.description.schema import CaseDescription


class Stages:
    """Gathers the originals of each stage while they come. Names are compared as the deposit's were."""

    def __init__(self, case: CaseDescription) -> None:
        self._objects = described(case)
        self._files: dict[Stage, PackedTexts] = {stage: PackedTexts() for stage in Stage}

    def add(self, identifier: str, name: bytes) -> None:
        """One original: its identifier, and the depositor's name for it."""
        item = self._objects.find(name.decode("utf-8", "surrogateescape"))
        if item is not None:
            self._files[item.stage].append(identifier)

    def divisions(self) -> list[Division]:
        """The stages that have files, in their order."""
        return [
            Division(stage.value, f"{chinese_of(stage)} {stage.value}", files)
            for stage, files in self._files.items()
            if files
        ]
