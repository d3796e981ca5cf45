"""What is foretold of a case's files under each policy, and how few of them are measured for it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PIL import Image

from preserve.home import Home
from preserve.ingest.characterise import characterise
from preserve.ingest.forecast import Forecast
from preserve.ingest.identify import identify
from preserve.ingest.normalise import formats_profile
from preserve.settings import Settings


def _home(folder: Path, **ratios: float) -> Home:
    """An archive, whose own profile has these ratios."""
    home = Home(folder / "home", Settings(archive_id="01", institution="某局"))
    home.work.mkdir(parents=True)
    if ratios:
        home.profiles.mkdir(parents=True)
        shipped = Path("profiles/formats.toml").read_text(encoding="utf-8").partition("[forecast]")[0]
        own = "[forecast]\n" + "".join(f"{name} = {value}\n" for name, value in ratios.items())
        (home.profiles / "formats.toml").write_text(shipped + own, encoding="utf-8")
    return home


def _foretell(forecast: Forecast, path: Path) -> dict[str, int]:
    """How much the file adds under each policy."""
    before = forecast.bytes
    size = path.stat().st_size
    identification = identify(path, path.name, size)
    forecast.add(path, size, identification, characterise(path, identification, path.name))
    return {policy: taken - before[policy] for policy, taken in forecast.bytes.items()}


def _recording(path: Path, *options: str, seconds: int = 2, picture: str = "testsrc2=s=160x120:r=12") -> Path:
    source = ("-f", "lavfi", "-i", picture, "-t", str(seconds))
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, *options, str(path)], check=True)
    return path


def test_open_codecs_take_their_own_size_or_that_of_ffv1(tmp_path: Path) -> None:
    forecast = Forecast(_home(tmp_path))
    h264 = _recording(tmp_path / "a.mp4", "-c:v", "libx264")
    wmv = _recording(tmp_path / "b.wmv", "-c:v", "wmv2")
    kept, transcoded = _foretell(forecast, h264), _foretell(forecast, wmv)
    assert kept["lossless"] > kept["compact"] + h264.stat().st_size
    assert transcoded["lossless"] == transcoded["compact"] > 2 * wmv.stat().st_size


def test_after_some_the_others_are_as_those_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forecast = Forecast(_home(tmp_path, samples=2))
    made = [_recording(tmp_path / f"{number}.wmv", "-c:v", "wmv2") for number in range(3)]
    first, second = (_foretell(forecast, path) for path in made[:2])
    monkeypatch.setenv("PATH", "")  # from here on no program can be started
    third = _foretell(forecast, made[2])
    assert abs(third["compact"] - (first["compact"] + second["compact"]) / 2) < 0.02 * third["compact"]


@pytest.mark.parametrize("missing", ["program", "length"])
def test_what_cannot_be_measured_is_reckoned_by_the_profile(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forecast = Forecast(_home(tmp_path))
    path = _recording(tmp_path / "b.wmv", "-c:v", "wmv2")
    if missing == "program":
        monkeypatch.setenv("PATH", "")
    else:
        path.write_bytes(path.read_bytes()[:3000])
    estimate, size = formats_profile(None).estimate, path.stat().st_size
    assert _foretell(forecast, path)["compact"] >= size * (1 + estimate["mp4"])
    assert not list((tmp_path / "home").rglob("sample*"))


def test_pictures_are_made_and_thrown_away(tmp_path: Path) -> None:
    forecast = Forecast(_home(tmp_path))
    noise = Image.effect_noise((640, 480), 60).convert("RGB")
    noise.save(tmp_path / "a.jpg", quality=95)
    noise.save(tmp_path / "b.bmp")
    photo, bitmap = (_foretell(forecast, tmp_path / name) for name in ("a.jpg", "b.bmp"))
    assert photo["compact"] == photo["lossless"] > (tmp_path / "a.jpg").stat().st_size
    assert bitmap["compact"] > (tmp_path / "b.bmp").stat().st_size * 1.2
    assert not list((tmp_path / "home").rglob("sample*"))


def test_texts_and_papers_by_ratios(tmp_path: Path) -> None:
    forecast = Forecast(_home(tmp_path, samples=0, original=1000, derivative=2000, utf8=1.5, plain=0.0))
    (tmp_path / "a.txt").write_text("现场检查笔录" * 50, encoding="utf-8")
    (tmp_path / "b.txt").write_text("现场检查笔录" * 50, encoding="gb18030")
    assert _foretell(forecast, tmp_path / "a.txt")["compact"] == 900 + 1000
    assert _foretell(forecast, tmp_path / "b.txt")["lossless"] == 600 + 1000 + 900 + 2000
