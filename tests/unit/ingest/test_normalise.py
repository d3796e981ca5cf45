"""Every format of the corpus through identification, characterisation and normalisation, under both policies."""

from __future__ import annotations

import functools
import http.server
import os
import queue
import re
import shutil
import signal
import subprocess
import threading
import urllib.parse
from pathlib import Path

import pytest

from preserve.ingest.characterise import characterise
from preserve.ingest.derive import Workshop, derived_name, normalise
from preserve.ingest.facts import Copied, Derivative, Normalised
from preserve.ingest.identify import identify
from preserve.ingest.normalise import formats_profile, plan
from preserve.ingest.provenance import TakenFile
from tests.support.material.corpus import ffmpeg, made_once, make_media

pytestmark = pytest.mark.xdist_group("normalise")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The whole corpus, once."""
    return made_once(tmp_path_factory)


def take(path: Path) -> TakenFile:
    """What the earlier steps find out about a file."""
    size = path.stat().st_size
    found = identify(path, path.name, size)
    return TakenFile(
        path.name, path.name, Copied(size, {"sha256": ""}), found, characterise(path, found, path.name), None
    )


def run(path: Path, folder: Path, policy: str) -> Normalised:
    """Normalise one file into `folder/<role>`."""
    file = take(path)
    wanted = plan(file, policy, formats_profile(None))
    workshop = Workshop(lambda role: folder / role, folder / "scratch", ("sha256",))
    return normalise(path, file, 1, wanted, workshop, lambda seconds: None)


def made(outcome: Normalised, role: str) -> Derivative:
    """The derivative of that role."""
    (one,) = [d for d in outcome.derivatives if d.role == role]
    return one


# No free encoder makes AMR, and no Dahua recorder is at hand: the corpus's stand-ins are identified but not decodable.
STAND_INS = ("camera.dav", "sound.amr")
BROKEN = ("truncated", "encrypted", "empty", "cut", "locked", "password", "broken", "damaged", "bad")


def whole(name: str) -> bool:
    """Whether a corpus file is meant to be readable."""
    return name not in STAND_INS and not any(word in name.lower() for word in BROKEN)


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["lossless", "compact"])
def test_every_format(policy: str, corpus: dict[str, Path], tmp_path: Path) -> None:
    """No file stops the rest; what is made is proven or said not to be; originals are never touched."""
    problems = []
    for name, path in sorted(corpus.items()):
        before = path.read_bytes()
        outcome = run(path, tmp_path / name, policy)
        if path.read_bytes() != before:
            problems.append(f"{name}: the original was changed")
        if outcome.action == "failed" and whole(name):
            problems.append(f"{name}: {outcome.failure[-300:]}")
        for one in outcome.derivatives:
            target = tmp_path / name / one.role / one.stored
            if target.stat().st_size != one.size:
                problems.append(f"{name}: size of {one.stored}")
            if one.role == "preservation" and not one.proof.holds and whole(name):
                problems.append(f"{name}: {one.proof.method} does not hold: {one.proof.source} {one.proof.result}")
        if any((tmp_path / name / "scratch").rglob("*.*")):
            problems.append(f"{name}: left in scratch: {list((tmp_path / name / 'scratch').rglob('*.*'))}")
    assert not problems, "\n".join(problems)


EXPECTED = {
    "h264.mp4": ("transcode", "rewrap", "fmt/569"),
    "hevc.mp4": ("transcode", "rewrap", "fmt/569"),
    "mjpeg.avi": ("transcode", "transcode", "fmt/569"),
    "wmv2.wmv": ("transcode", "transcode", "fmt/569"),
    "mpeg2.mpg": ("transcode", "rewrap", "fmt/569"),
    "raw.h264": ("transcode", "keep", "fmt/569"),
    "raw.h265": ("transcode", "keep", "fmt/569"),
    "sound.wma": ("transcode", "transcode", "fmt/279"),
    "sound.mp3": ("transcode", "keep", "fmt/279"),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_action_and_format(name: str, tmp_path: Path) -> None:
    """What the profile promises is what siegfried then finds."""
    path = make_media(tmp_path, name)[name]
    lossless, compact, puid = EXPECTED[name]
    outcome = run(path, tmp_path / "lossless", "lossless")
    assert outcome.action == lossless, outcome.failure
    one = made(outcome, "preservation")
    target = tmp_path / "lossless" / "preservation" / one.stored
    assert identify(target, target.name, target.stat().st_size).puid == puid
    assert run(path, tmp_path / "compact", "compact").action == compact


def repeat(one: Derivative, source: Path, result: Path) -> list[str]:
    """Run the proof's commands by hand; their outputs without comments."""
    outputs = []
    for command in one.proof.commands:
        arguments = [argument.replace("SOURCE", str(source)).replace("RESULT", str(result)) for argument in command]
        said = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
        outputs.append("\n".join(line for line in said.splitlines() if not line.startswith("#")))
    return outputs


def test_the_proof_can_be_repeated_by_hand(tmp_path: Path) -> None:
    path = make_media(tmp_path, "h264.mp4")["h264.mp4"]
    one = made(run(path, tmp_path / "out", "lossless"), "preservation")
    result = tmp_path / "out" / "preservation" / one.stored
    before, after, sound_before, sound_after, begins, begins_after = repeat(one, path, result)
    assert begins.split(",")[:3] == begins_after.split(",")[:3]
    assert [line.split(",")[-1] for line in before.splitlines()] == [line.split(",")[-1] for line in after.splitlines()]
    assert sound_before.partition("=")[2] == sound_after.partition("=")[2] != ""
    one = made(run(path, tmp_path / "compact", "compact"), "preservation")
    first, second = repeat(one, path, tmp_path / "compact" / "preservation" / one.stored)
    assert first == second != ""


@pytest.mark.parametrize("name", ["h264.mp4", "mjpeg.avi", "camera.mts"])
def test_mediaconch_accepts_the_result(name: str, tmp_path: Path) -> None:
    """The implementation checks for Matroska and FFV1 all pass."""
    path = make_media(tmp_path, name)[name]
    one = made(run(path, tmp_path / "out", "lossless"), "preservation")
    file = str(tmp_path / "out" / "preservation" / one.stored)
    # A home of its own: runs at once share a database there, and one that finds it busy leaves the file undecided.
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
    }
    said = subprocess.run(
        ["mediaconch", "-mc", "-fx", file], capture_output=True, text=True, check=True, env=environment
    ).stdout
    outcomes = re.findall(r'outcome="(\w+)"', said)
    assert outcomes and set(outcomes) <= {"pass", "n/a"}, said[:2000]


def odd_video(path: Path) -> Path:
    """Rotation, time code, chapters, two sound tracks, odd size and tags, in one QuickTime file."""
    chapters = path.with_suffix(".ffmeta")
    chapters.write_text(
        ";FFMETADATA1\ntitle=现场录像\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=500\ntitle=第一段\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=500\nEND=1000\ntitle=第二段\n",
        encoding="utf-8",
    )
    plain = path.with_name("plain.mov")
    subprocess.run(
        [
            "ffmpeg",
            "-nostdin",
            "-loglevel",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=162x122:r=25:d=1",
            "-f",
            "lavfi",
            "-i",
            "sine=440:d=1",
            "-f",
            "lavfi",
            "-i",
            "sine=880:d=1",
            "-i",
            str(chapters),
            "-map",
            "0",
            "-map",
            "1",
            "-map",
            "2",
            "-map_metadata",
            "3",
            "-map_chapters",
            "3",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
            "-c:a:0",
            "aac",
            "-c:a:1",
            "pcm_s16le",
            "-timecode",
            "10:00:00:00",
            "-metadata",
            "comment=执法",
            str(plain),
        ],
        check=True,
    )
    subprocess.run(
        [
            "ffmpeg",
            "-nostdin",
            "-loglevel",
            "error",
            "-y",
            "-i",
            str(plain),
            "-map",
            "0:v",
            "-map",
            "0:a",
            "-c",
            "copy",
            "-metadata:s:v:0",
            "rotate=90",
            str(path),
        ],
        check=True,
    )
    return path


def test_nothing_is_lost_silently(tmp_path: Path) -> None:
    path = odd_video(tmp_path / "奇 (怪)' 名\".mov")
    outcome = run(path, tmp_path / "out", "lossless")
    one = made(outcome, "preservation")
    assert one.proof.holds, one.proof
    told = " ".join(one.lost)
    assert "turned clockwise by 270 degrees" in told
    assert "tmcd" in told or "timecode" in told.lower() or "data" in told
    result = tmp_path / "out" / "preservation" / one.stored
    said = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-show_chapters", "-show_format", str(result)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.count("codec_type=audio") == 2
    assert said.count("[CHAPTER]") == 2
    assert "现场录像" in said
    assert "DISPLAY_ROTATION_CLOCKWISE=270" in said
    upright = made(outcome, "access")
    assert dict(upright.properties)["width"] < dict(upright.properties)["height"], "the access copy is upright"


def test_variable_frame_rate_keeps_every_frame(tmp_path: Path) -> None:
    path = tmp_path / "vfr.mp4"
    subprocess.run(
        [
            "ffmpeg",
            "-nostdin",
            "-loglevel",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=160x120:r=30:d=2",
            "-vf",
            "select='not(mod(n,3))+lt(n,20)'",
            "-fps_mode",
            "vfr",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
            str(path),
        ],
        check=True,
    )
    one = made(run(path, tmp_path / "out", "lossless"), "preservation")
    assert one.proof.holds
    assert "largest difference of times" in one.proof.note
    assert not [what for what in one.lost if "frame times" in what], one.lost


PAGE = """<video src="a.mp4" muted></video><script>
const v = document.querySelector("video"), tell = text => fetch("/told?" + encodeURIComponent(text));
v.onerror = () => tell("ERROR " + v.error.message);
v.onseeked = () => tell(`SEEN ${v.duration > 0.5} ${v.videoWidth > 0} ${v.readyState >= 2}`);
v.onloadeddata = () => { v.currentTime = v.duration / 2; };
</script>"""


def told_by_browser(folder: Path) -> str:
    """Serve a folder on the loop-back address, open its page, and return what the page reports."""
    told: queue.Queue[str] = queue.Queue()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/told?"):
                told.put(urllib.parse.unquote(self.path.partition("?")[2]))
            super().do_GET()

        def log_message(self, *arguments: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser = subprocess.Popen(
        [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={folder / 'profile'}",
            "--remote-debugging-port=0",
            f"http://127.0.0.1:{server.server_address[1]}/page.html",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return told.get(timeout=90)
    finally:
        os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()
        server.shutdown()


def two_of_each(path: Path) -> Path:
    """Two lenses and two microphones, in one file."""
    inputs = [part for source in ("testsrc2", "testsrc") for part in ("-f", "lavfi", "-i", f"{source}=s=160x120:d=1")]
    inputs += [part for pitch in (440, 880) for part in ("-f", "lavfi", "-i", f"sine={pitch}:d=1")]
    maps = [part for number in range(4) for part in ("-map", str(number))]
    ffmpeg(*inputs, *maps, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", str(path))
    return path


@pytest.mark.parametrize("name", ["mjpeg.avi", "hevc.mp4", "two-of-each.mp4"])
def test_access_copy_plays_in_a_browser(name: str, tmp_path: Path) -> None:
    """Chromium reads its length and size, shows a frame from its middle, and meets no error."""
    path = two_of_each(tmp_path / name) if name.startswith("two") else make_media(tmp_path, name)[name]
    one = made(run(path, tmp_path / "out", "compact"), "access")
    page = tmp_path / "page"
    page.mkdir()
    shutil.copy(tmp_path / "out" / "access" / one.stored, page / "a.mp4")
    (page / "page.html").write_text(PAGE)
    assert told_by_browser(page) == "SEEN true true true"


def test_office_documents_become_pdfa_as_far_as_can_be_checked(corpus: dict[str, Path], tmp_path: Path) -> None:
    names = [name for name in corpus if name.endswith((".docx", ".xlsx", ".wps", ".odt")) and whole(name)]
    assert len(names) >= 3
    for name in names[:4]:
        outcome = run(corpus[name], tmp_path / name, "lossless")
        one = made(outcome, "preservation")
        assert one.proof.method == "not-provable"
        assert one.proof.result["fonts not embedded"] == "0"
        assert one.proof.result["XMP identification"].upper().startswith("2")
        result = tmp_path / name / "preservation" / one.stored
        assert subprocess.run(["qpdf", "--check", str(result)], capture_output=True, check=False).returncode == 0


def test_a_chinese_text_becomes_utf8(tmp_path: Path) -> None:
    path = tmp_path / "笔录.txt"
    path.write_bytes("现场检查笔录：演出正在进行。".encode("gb18030"))
    one = made(run(path, tmp_path / "out", "compact"), "preservation")
    assert one.proof.holds
    assert (tmp_path / "out" / "preservation" / one.stored).read_text(
        encoding="utf-8"
    ) == "现场检查笔录：演出正在进行。"
    by_hand, _ = repeat(one, path, tmp_path / "out" / "preservation" / one.stored)
    assert by_hand == "现场检查笔录：演出正在进行。"


def test_derived_names_keep_their_sources_apart() -> None:
    assert derived_name("现场/a.mp4", ".mkv") == "现场/a.mp4.mkv"
    assert derived_name("现场/a.mkv", ".mkv") == "现场/a.mkv"


def damaged_video(path: Path) -> Path:
    """A playable recording of which some bytes in the middle were flipped."""
    subprocess.run(
        [
            "ffmpeg",
            "-nostdin",
            "-loglevel",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=320x180:r=25:d=2",
            "-c:v",
            "libx264",
            "-g",
            "10",
            "-pix_fmt",
            "yuv420p",
            str(path),
        ],
        check=True,
    )
    data = bytearray(path.read_bytes())
    for place in range(len(data) // 4, len(data) // 2, 997):
        data[place] ^= 0x55
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("policy", ["lossless", "compact"])
def test_damage_that_a_decoder_passes_over_is_named(policy: str, tmp_path: Path) -> None:
    """What decodes is preserved, and the damage is said once; a whole recording gets no such finding."""
    outcome = run(damaged_video(tmp_path / "a.mp4"), tmp_path / "out", policy)
    assert outcome.action in ("transcode", "rewrap")
    assert [finding.code for finding in outcome.findings] == ["normalise.decode-errors"]
    whole_one = make_media(tmp_path, "h264.mp4")["h264.mp4"]
    assert not run(whole_one, tmp_path / "whole", policy).findings


def test_every_sound_track_keeps_its_own_depth(tmp_path: Path) -> None:
    """A second track of another kind is neither cut to the first one's 16 bits nor taken for integers."""
    path = tmp_path / "two.mov"
    subprocess.run(
        [
            "ffmpeg",
            "-nostdin",
            "-loglevel",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=160x120:d=1",
            "-f",
            "lavfi",
            "-i",
            "sine=d=1",
            "-map",
            "0",
            "-map",
            "1",
            "-map",
            "1",
            "-map",
            "1",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
            "-c:a:0",
            "pcm_s16le",
            "-c:a:1",
            "aac",
            "-c:a:2",
            "pcm_f32le",
            str(path),
        ],
        check=True,
    )
    one = made(run(path, tmp_path / "out", "lossless"), "preservation")
    said = subprocess.run(
        [
            "ffprobe",
            "-v",
            "error",
            "-select_streams",
            "a",
            "-show_entries",
            "stream=codec_name,bits_per_raw_sample",
            "-of",
            "csv=p=0",
            str(tmp_path / "out" / "preservation" / one.stored),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert [line.split(",")[:2] for line in said.split()] == [["flac", "16"], ["flac", "24"], ["pcm_f32le", "N/A"]]
    assert one.proof.holds
    assert "sound 1 decodes to floating point" in one.proof.note


def test_a_proof_that_takes_long_is_no_hang_and_can_be_stopped(tmp_path: Path) -> None:
    """Progress counts as a sign of life, also where ffmpeg writes nothing else; a stop ends it."""
    from preserve.errors import Stopped
    from preserve.programs import ToolFailed, find
    from preserve.programs import run as run_tool

    slow = [find("ffmpeg"), "-nostdin", "-loglevel", "error", "-re", "-f", "lavfi", "-i", "sine=d=4", "-f", "null", "-"]
    moments: list[float] = []
    run_tool(slow, moments.append, stalled=1.5)
    assert moments
    with pytest.raises(ToolFailed):
        run_tool(slow, None, stalled=1.5)

    def pulse(seconds: float) -> None:
        raise Stopped("work.stopped")

    with pytest.raises(Stopped):
        run_tool(slow, pulse)


def test_a_telephones_deeper_colours_are_named_as_lost(tmp_path: Path) -> None:
    import pillow_heif

    path = tmp_path / "ten.heic"
    samples = b"".join((place % 1024 << 6).to_bytes(2, "little") for place in range(64 * 48 * 3))
    pillow_heif.from_bytes("RGB;16", (64, 48), samples).save(path, quality=90)
    one = made(run(path, tmp_path / "out", "lossless"), "preservation")
    assert [what for what in one.lost if what.startswith("10 bits")]


def test_a_result_never_takes_the_name_of_another_sources_result(tmp_path: Path) -> None:
    (tmp_path / "a.mkv").touch()
    assert derived_name("现场/a", ".mkv", tmp_path) == "现场/a~2.mkv"
    assert derived_name("现场/b", ".mkv", tmp_path) == "现场/b.mkv"


def test_a_recording_that_cannot_fit_is_refused_before_the_encode(tmp_path: Path) -> None:
    """The forecast by pixels is more than what FFV1 then takes; without that much room nothing is begun."""
    from dataclasses import replace

    from preserve.ingest.normalise import forecast
    from storage_adapters.errors import MediumFull

    path = make_media(tmp_path, "h264.mp4")["h264.mp4"]
    file = take(path)
    wanted = plan(file, "lossless", formats_profile(None))
    one = made(run(path, tmp_path / "out", "lossless"), "preservation")
    assert 0 < one.size < forecast(file, wanted) + (1 << 20)
    video = replace(file.character.streams[0], properties=(("Width", "9e7"), ("Height", "9e7"), ("FrameCount", "9e7")))
    large = replace(file, character=replace(file.character, streams=(video,)))
    with pytest.raises(MediumFull):
        normalise(path, large, 1, wanted, Workshop(lambda role: tmp_path / role, tmp_path / "s", ("sha256",)), print)
    assert not (tmp_path / "s").exists()
