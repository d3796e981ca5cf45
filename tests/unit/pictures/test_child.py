"""One request is one answer, whatever the picture is."""

from __future__ import annotations

import json
import os
from pathlib import Path

from preserve.pictures.child import answer
from tests.support.material.pictures import encoded, noise


def test_every_kind_of_work_has_an_answer(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded(noise(), "PNG"))
    printed = os.memfd_create("printed")
    request = {"path": str(tmp_path / "a.png"), "scratch": str(tmp_path), "stem": "x"}
    for work, key in (("examine", "faults"), ("access", "result"), ("raster", "result")):
        assert key in answer(json.dumps({"do": work, **request}).encode(), printed)
    absent = answer(json.dumps({"do": "examine", "path": str(tmp_path / "b")}).encode(), printed)
    assert absent["kind"] == "FileNotFoundError"
    os.close(printed)
