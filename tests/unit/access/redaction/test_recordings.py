"""Redacting and cutting recordings: which frames and samples are changed, exactly, and what goes over at all."""

from __future__ import annotations

import array
import hashlib
import subprocess
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import psutil
import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from preserve.access.redaction.frames import look
from preserve.access.redaction.painting import Mark
from preserve.access.redaction.plan import Box, Redaction, What
from preserve.access.redaction.recordings import Cut, Wish, make
from preserve.errors import Refused
from preserve.programs import ToolFailed

pytestmark = pytest.mark.xdist_group("redaction-media")
SIZE = (160, 120)
SECRET = "SECRET420106"


def ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *arguments], check=True)


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds with B-frames and one key frame; a place, a chapter, subtitles, two tracks and a cover picture."""
    folder = tmp_path_factory.mktemp("steady")
    (folder / "s.srt").write_text(f"1\n00:00:00,000 --> 00:00:04,000\n{SECRET}\n")
    (folder / "m.txt").write_text(
        f";FFMETADATA1\ntitle={SECRET}\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=2\ntitle={SECRET}\n"
    )
    ffmpeg("-f", "lavfi", "-i", "color=red:s=64x64:d=0.1", "-frames:v", "1", str(folder / "cover.png"))
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        f"testsrc2=s={SIZE[0]}x{SIZE[1]}:r=25:d=4",
        "-f",
        "lavfi",
        "-i",
        "sine=f=440:r=48000:d=4",
        "-f",
        "lavfi",
        "-i",
        "sine=f=880:r=48000:d=4",
        "-i",
        str(folder / "s.srt"),
        "-i",
        str(folder / "cover.png"),
        "-i",
        str(folder / "m.txt"),
        "-map",
        "0",
        "-map",
        "1",
        "-map",
        "2",
        "-map",
        "3",
        "-map",
        "4",
        "-map_metadata",
        "5",
        "-c:v:0",
        "libx264",
        "-bf",
        "3",
        "-g",
        "250",
        "-c:v:1",
        "png",
        "-disposition:v:1",
        "attached_pic",
        "-c:a",
        "aac",
        "-c:s",
        "mov_text",
        "-metadata",
        "location=+30.1000+114.2000/",
        "-metadata:s:a:0",
        f"handler_name={SECRET}",
        "-movflags",
        "+faststart",
        str(folder / "steady.mp4"),
    )
    return folder / "steady.mp4"


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds with a variable frame rate: one frame stands from 1.48 to 2.52."""
    path = tmp_path_factory.mktemp("uneven") / "uneven.mp4"
    keep = "select='not(between(t,1.5,2.5))*not(eq(mod(n,7),3))'"
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        f"testsrc2=s={SIZE[0]}x{SIZE[1]}:r=25:d=4",
        "-f",
        "lavfi",
        "-i",
        "sine=f=440:r=48000:d=4",
        "-vf",
        keep,
        "-fps_mode",
        "passthrough",
        "-c:v",
        "libx264",
        "-bf",
        "2",
        "-c:a",
        "aac",
        str(path),
    )
    return path


def part(what: What, begin: float, end: float, box: Box | None = None) -> Redaction:
    return Redaction("x", what, "隐私", "20", "plan:1", box=box, begin=begin, end=end)


def made(
    source: Path,
    folder: Path,
    redactions: Sequence[Redaction] = (),
    begin: float | None = None,
    end: float | None = None,
    mark: Mark | None = None,
    lossless: bool = False,
) -> tuple[Path, Cut]:
    """What is made, with the proof that the source is as it was."""
    before = hashlib.sha256(source.read_bytes()).hexdigest()
    result = folder / ("out.mkv" if lossless else "out.mp4")
    cut = make(
        source, result, look(source, "x"), Wish("x", redactions, begin, end, mark, lossless), lambda seconds: None
    )
    assert hashlib.sha256(source.read_bytes()).hexdigest() == before
    return result, cut


@cache
def frames(path: Path) -> list[Image.Image]:
    """Every frame of the first video stream, grey."""
    data = subprocess.run(
        [
            "ffmpeg",
            "-nostdin",
            "-loglevel",
            "error",
            "-i",
            str(path),
            "-map",
            "0:v:0",
            "-fps_mode",
            "passthrough",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "gray",
            "-",
        ],
        capture_output=True,
        check=True,
    ).stdout
    length = SIZE[0] * SIZE[1]
    return [Image.frombytes("L", SIZE, data[start : start + length]) for start in range(0, len(data), length)]


@cache
def times(path: Path) -> list[float]:
    """When each frame is shown, as ffprobe says."""
    said = subprocess.run(
        [
            "ffprobe",
            "-loglevel",
            "error",
            "-select_streams",
            "v:0",
            "-show_entries",
            "frame=pts_time",
            "-of",
            "csv=p=0",
            str(path),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [float(line.strip().strip(",")) for line in said.splitlines() if line.strip()]


@cache
def samples(path: Path) -> array.array[int]:
    """The sound at 48 kHz, one channel, 16 bits."""
    data = subprocess.run(
        [
            "ffmpeg",
            "-nostdin",
            "-loglevel",
            "error",
            "-i",
            str(path),
            "-map",
            "0:a:0",
            "-ac",
            "1",
            "-ar",
            "48000",
            "-f",
            "s16le",
            "-",
        ],
        capture_output=True,
        check=True,
    ).stdout
    return array.array("h", data)


def loudness(sound: array.array[int], begin: float, end: float) -> int:
    return max(abs(value) for value in sound[int(begin * 48000) : int(end * 48000)])


def detail(frame: Image.Image) -> float:
    """How much fine detail there is: the energy of the edges."""
    edges = frame.filter(ImageFilter.FIND_EDGES)  # it leaves the outermost pixels as they are
    return float(ImageStat.Stat(edges.crop((2, 2, frame.width - 2, frame.height - 2))).rms[0])


def far_apart(one: Image.Image, other: Image.Image) -> float:
    return float(ImageStat.Stat(ImageChops.difference(one, other)).mean[0])


@pytest.mark.parametrize("kind", ["steady", "uneven"])
def test_exactly_the_frames_shown_in_the_range_are_blurred(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    source: Path = request.getfixturevalue(kind)
    shown = times(source)
    result, _ = made(source, tmp_path, [part("blur", 1.0, 1.3), part("blur", 1.2, 2.01), part("blur", 3.5, 3.6)])
    before, after = frames(source), frames(result)
    assert len(before) == len(after) == len(shown)
    assert max(abs(one - other) for one, other in zip(shown, times(result), strict=True)) < 0.001
    blurred = 0
    for number, begin in enumerate(shown):
        end = shown[number + 1] if number + 1 < len(shown) else 4.0
        # What is on the screen at any moment of a range must not be seen, however early its frame came.
        if any(begin < last and end > first for first, last in ((1.0, 2.01), (3.5, 3.6))):
            blurred += 1
            assert detail(after[number]) < detail(before[number]) / 4, number
        else:
            assert far_apart(before[number], after[number]) < 4, number
    assert blurred > 5


def test_a_box_covers_and_the_rest_is_as_it_was(steady: Path, tmp_path: Path) -> None:
    where = Box(50, 50, 80, 25, "%")  # reaches out of the picture on the right
    result, cut = made(steady, tmp_path, [part("box", 1, 2, where), part("blur-mute", 2.5, 3, Box(0, 0, 25, 50, "%"))])
    before, after = frames(steady), frames(result)
    for number in range(25, 50):
        assert after[number].crop((84, 64, 160, 86)).getextrema()[1] <= 20, "not black"
        assert far_apart(before[number].crop((0, 0, 160, 58)), after[number].crop((0, 0, 160, 58))) < 4
    for number in range(64, 74):
        assert detail(after[number].crop((4, 4, 36, 56))) < detail(before[number].crop((4, 4, 36, 56))) / 2
        assert far_apart(before[number].crop((44, 0, 160, 120)), after[number].crop((44, 0, 160, 120))) < 4
    assert cut.left_out >= 3, "the second sound track, the subtitles and the cover picture"


def test_only_one_picture_and_one_sound_go_over(steady: Path, tmp_path: Path) -> None:
    said = subprocess.run(
        ["ffprobe", "-loglevel", "error", "-show_streams", "-show_chapters", "-show_format", str(steady)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.count("[STREAM]") >= 5 and SECRET in said and "+30.1" in said
    result, _ = made(steady, tmp_path, [part("mute", 1, 2)])
    said = subprocess.run(
        ["ffprobe", "-loglevel", "error", "-show_streams", "-show_chapters", "-show_format", str(result)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.count("[STREAM]") == 2
    assert "CHAPTER" not in said
    data = result.read_bytes()
    assert not any(word in data for word in (SECRET.encode(), b"+30.1", b"\x89PNG"))


@pytest.mark.parametrize("kind", ["steady", "uneven"])
def test_muted_is_digital_silence(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    source: Path = request.getfixturevalue(kind)
    result, _ = made(source, tmp_path, [part("mute", 1.0, 1.513), part("mute", 1.4, 2.0), part("blur-mute", 3.0, 3.25)])
    sound, original = samples(result), samples(source)
    for begin, end in ((1.0, 2.0), (3.0, 3.25)):
        # The codec's window spreads what stands before and after into the first and last 22 ms.
        assert loudness(sound, begin + 0.03, end - 0.03) == 0
        assert loudness(sound, begin, end) < loudness(original, begin, end)
    for begin, end in ((0.1, 0.95), (2.05, 2.95), (3.3, 3.9)):
        assert loudness(sound, begin, end) > 0.9 * loudness(original, begin, end)
    assert abs(len(sound) - len(original)) < 2048


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("kind", ["steady", "uneven"])
def test_a_clip_begins_and_ends_with_its_frames(
    kind: str, lossless: bool, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    source: Path = request.getfixturevalue(kind)
    begin, end = 1.9, 3.21
    shown, whole = times(source), frames(source)
    first = max(number for number, time in enumerate(shown) if time <= begin)
    last = max(number for number, time in enumerate(shown) if time < end)
    result, cut = made(source, tmp_path, begin=begin, end=end, lossless=lossless)
    assert (cut.first, cut.last, cut.begin, cut.end) == (first, last, begin, end)
    clip, seen = times(result), frames(result)
    assert len(seen) == last - first + 1
    wanted = [max(time - begin, 0) for time in shown[first : last + 1]]
    assert max(abs(one - other) for one, other in zip(wanted, clip, strict=True)) < 0.0015
    for one, other in zip(whole[first : last + 1], seen, strict=True):
        assert far_apart(one, other) == 0 if lossless else far_apart(one, other) < 4
    assert abs(len(samples(result)) / 48000 - (end - begin)) < 0.03


def test_a_clip_that_is_redacted_counts_from_the_beginning_of_the_recording(steady: Path, tmp_path: Path) -> None:
    result, _ = made(steady, tmp_path, [part("blur-mute", 2.0, 2.4)], begin=1.5, end=3.0)
    before, after, sound = frames(steady)[37:75], frames(result), samples(result)
    blurred = [
        number for number, (one, other) in enumerate(zip(before, after, strict=True)) if detail(other) < detail(one) / 4
    ]
    assert blurred == list(range(13, 23))
    assert loudness(sound, 0.53, 0.87) == 0
    assert min(loudness(sound, 0.1, 0.45), loudness(sound, 0.95, 1.4)) > 1000


def test_sound_alone(tmp_path: Path) -> None:
    source = tmp_path / "talk.wav"
    ffmpeg("-f", "lavfi", "-i", "sine=f=500:r=44100:d=3", "-metadata", f"artist={SECRET}", str(source))
    result = tmp_path / "out.m4a"
    make(source, result, look(source, "x"), Wish("x", [part("mute", 1, 2)], 0.5, 2.5), lambda seconds: None)
    sound = samples(result)
    assert abs(len(sound) / 48000 - 2.0) < 0.03
    assert loudness(sound, 0.53, 1.47) == 0
    assert loudness(sound, 0.1, 0.45) > 1000
    assert SECRET.encode() not in result.read_bytes()


def test_a_watermark_is_on_every_frame(steady: Path, tmp_path: Path) -> None:
    result, _ = made(steady, tmp_path, mark=Mark("申请号 2026-0001　张某　2026-03-01"))
    before, after = frames(steady), frames(result)
    assert len(before) == len(after)
    changed = [
        ImageStat.Stat(ImageChops.difference(one, other)).rms[0] for one, other in zip(before, after, strict=True)
    ]
    assert min(changed) > 2
    assert not list(tmp_path.glob("*.mark.png")) or len(list(tmp_path.iterdir())) == 2


def test_turned_by_the_camera(steady: Path, tmp_path: Path) -> None:
    """Positions are those that one sees, also where the camera was held upright."""
    source = tmp_path / "turned.mp4"
    ffmpeg("-i", str(steady), "-map", "0:v:0", "-c", "copy", "-metadata:s:v:0", "rotate=90", str(source))
    recording = look(source, "x")
    assert (recording.width, recording.height) == (SIZE[1], SIZE[0])
    result, _ = made(source, tmp_path, [part("box", 0, 4, Box(0, 0, 100, 25, "%"))])
    data = subprocess.run(
        [
            "ffmpeg",
            "-nostdin",
            "-loglevel",
            "error",
            "-i",
            str(result),
            "-frames:v",
            "1",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "gray",
            "-",
        ],
        capture_output=True,
        check=True,
    ).stdout
    seen = Image.frombytes("L", (SIZE[1], SIZE[0]), data)
    assert seen.crop((0, 0, 120, 36)).getextrema()[1] <= 20
    assert seen.crop((0, 44, 120, 160)).getextrema()[1] > 100


def test_turned_by_a_tag_of_ours(steady: Path, tmp_path: Path) -> None:
    """A preservation copy keeps pixels as the camera wrote them; what is made of it is upright."""
    from preserve.ingest.transcoders.av import to_lossless

    turned = tmp_path / "turned.mp4"
    ffmpeg("-i", str(steady), "-map", "0:v:0", "-c", "copy", "-t", "1", "-metadata:s:v:0", "rotate=90", str(turned))
    kept = to_lossless(turned, tmp_path, "kept", lambda seconds: None, 1, "x").path
    seen = []
    for source in (turned, kept):
        recording = look(source, "x")
        assert (recording.width, recording.height) == (SIZE[1], SIZE[0])
        result = tmp_path / f"{source.stem}-out.mkv"
        make(source, result, recording, Wish("x", [], 0.2, 0.5, lossless=True), lambda seconds: None)
        seen.append(
            subprocess.run(
                ["ffmpeg", "-loglevel", "error", "-i", str(result), "-frames:v", "1", "-f", "md5", "-"],
                capture_output=True,
                check=True,
            ).stdout
        )
    assert seen[0] == seen[1]


@pytest.mark.parametrize("ending", ["ts", "avi", "mkv"])
def test_other_containers(ending: str, steady: Path, tmp_path: Path) -> None:
    """Their clocks do not begin at zero, or they keep none for each frame."""
    source = tmp_path / f"in.{ending}"
    ffmpeg(
        "-i",
        str(steady),
        "-map",
        "0:v:0",
        "-map",
        "0:a:0",
        "-t",
        "2",
        *(["-c:v", "mpeg4", "-q:v", "3"] if ending == "avi" else ["-c:v", "copy"]),
        "-c:a",
        "copy" if ending == "ts" else "libmp3lame",
        str(source),
    )
    before = frames(source)
    result, _ = made(source, tmp_path, [part("blur-mute", 0.5, 1.0)])
    after = frames(result)
    blurred = [
        number for number, (one, other) in enumerate(zip(before, after, strict=True)) if detail(other) < detail(one) / 4
    ]
    # Sound that begins a little before the picture moves the clock's zero, by less than two frames.
    assert 12 <= len(blurred) <= 14 and 11 <= blurred[0] <= 13, blurred
    assert blurred == list(range(blurred[0], blurred[-1] + 1))
    assert loudness(samples(result), 0.56, 0.94) == 0


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_a_truncated_recording_is_refused(ending: str, steady: Path, tmp_path: Path) -> None:
    whole = tmp_path / f"whole.{ending}"
    ffmpeg("-i", str(steady), "-map", "0:v:0", "-map", "0:a:0", "-c", "copy", "-movflags", "+faststart", str(whole))
    source = tmp_path / f"cut.{ending}"
    source.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(Refused) as caught:
        made(source, tmp_path, [part("mute", 0.1, 0.2)])
    assert caught.value.code in ("redaction.truncated", "redaction.unreadable")
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"])
def test_what_is_no_recording_is_refused(content: bytes, tmp_path: Path) -> None:
    source = tmp_path / "x.mp4"
    source.write_bytes(content)
    with pytest.raises(Refused):
        made(source, tmp_path, [part("mute", 0, 1)])


def test_killed_in_the_middle(steady: Path, tmp_path: Path) -> None:
    """A program that dies is a failure that is told, never a file that is given."""
    stop = threading.Event()

    def hunt() -> None:
        me = psutil.Process()
        while not stop.is_set():
            for child in me.children():
                try:
                    if child.name() == "ffmpeg":
                        child.kill()
                except psutil.NoSuchProcess:
                    continue

    hunter = threading.Thread(target=hunt)
    hunter.start()
    try:
        with pytest.raises(ToolFailed):
            made(steady, tmp_path, [part("blur", 0, 4)])
    finally:
        stop.set()
        hunter.join()
