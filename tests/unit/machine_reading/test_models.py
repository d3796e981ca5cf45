"""A model is used only where its files have the digests that the profile names, wherever it came from."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from preserve.errors import Refused, ToolMissing
from preserve.machine_reading.models import bring_models, engine_of, find_models, model_for, models_here

DET, REC = b"where there is text" * 1000, b"what it says" * 1000


def profile(folder: Path, det: bytes = DET, rec: bytes = REC, where: str = 'folder = "brought"') -> Path:
    """A folder of profiles that describes a model of two files."""
    folder.mkdir(exist_ok=True)
    sums = [hashlib.sha256(one).hexdigest() for one in (det, rec)]
    (folder / "models.toml").write_text(
        f'[[model]]\nname = "Own"\nwhat = "ocr"\n{where}\nmaker = "m"\nlicence = "MIT"\nsource = "a stick"\nfiles = [\n'
        f'  {{ role = "det", name = "det.onnx", sha256 = "{sums[0]}" }},\n'
        f'  {{ role = "rec", name = "sub/rec.onnx", sha256 = "{sums[1]}" }},\n]\n'
    )
    return folder


def stick(folder: Path, det: bytes = DET, rec: bytes = REC) -> Path:
    folder.mkdir()
    (folder / "det.onnx").write_bytes(det)
    (folder / "rec.onnx").write_bytes(rec)
    return folder


def test_the_shipped_profile_finds_the_model_in_its_wheel() -> None:
    model = model_for("ocr")
    assert model.name == "PP-OCRv6 small" and len(model.read("rec")) == 21_234_383
    engine = engine_of(model, "rapidocr", "no-such-package")
    assert engine.tool.startswith("rapidocr 3.") and engine.tool.endswith("no-such-package ?")
    assert engine.digest == model.digest and len(engine.digest) == 64
    states = {one.described.name: one.state for one in find_models()}
    assert states["PP-OCRv6 medium"] == "absent"


def test_a_model_is_brought_from_a_stick_and_counts(tmp_path: Path) -> None:
    own, home = profile(tmp_path / "profiles"), tmp_path / "models"
    with pytest.raises(ToolMissing):
        model_for("ocr", own, home)
    (brought,) = bring_models(stick(tmp_path / "stick"), home, own)
    model = model_for("ocr", own, home)
    assert brought.name == model.name == "Own" and model.read("rec") == REC
    assert sorted(path.name for path in home.rglob("*") if path.is_file()) == ["det.onnx", "rec.onnx"]
    bring_models(tmp_path / "stick", home, own)
    assert len(models_here(own, home, "ocr")) == 1 and not models_here(own, home, "speech")


def test_altered_files_are_not_copied_and_not_used(tmp_path: Path) -> None:
    own, home = profile(tmp_path / "profiles"), tmp_path / "models"
    with pytest.raises(Refused) as refused:
        bring_models(stick(tmp_path / "stick", rec=REC + b"!"), home, own)
    assert [(one.code, one.where) for one in refused.value.findings] == [("reading.model-digest", "sub/rec.onnx")]
    assert not home.exists()
    bring_models(stick(tmp_path / "good"), home, own)
    with pytest.raises(Refused):
        bring_models(tmp_path / "stick", home, own)
    assert models_here(own, home)  # what was there is not harmed by what was not taken
    model = model_for("ocr", own, home)
    (home / "brought/det.onnx").write_bytes(DET[:-1] + b"?")
    (found,) = find_models(own, home)
    assert found.state == "wrong" and found.wrong == (home / "brought/det.onnx",)
    with pytest.raises(Refused) as refused:
        model.read("det")  # also where it was altered after it was looked at
    assert refused.value.code == "reading.model-digest"


def test_what_lacks_a_file_or_is_not_described_is_refused(tmp_path: Path) -> None:
    own, home = profile(tmp_path / "profiles"), tmp_path / "models"
    (stick(tmp_path / "half") / "rec.onnx").unlink()
    with pytest.raises(Refused) as refused:
        bring_models(tmp_path / "half", home, own)
    assert refused.value.findings[0].code == "reading.model-file-missing"
    (tmp_path / "else").mkdir()
    with pytest.raises(Refused) as refused:
        bring_models(tmp_path / "else", home, own)
    assert refused.value.code == "reading.models-unknown" and not home.exists()


@pytest.mark.parametrize("where", ["", 'folder = "../out"', 'package = "a/b"', 'folder = "a"\npackage = "b"'])
def test_a_description_that_leads_elsewhere_is_refused(tmp_path: Path, where: str) -> None:
    with pytest.raises(Refused) as refused:
        list(find_models(profile(tmp_path / "profiles", where=where)))
    assert refused.value.code == "profile.wrong"
