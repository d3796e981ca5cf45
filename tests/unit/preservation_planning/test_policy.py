"""What a policy wants of a kind of file, against what it has; and what the catalogue knows of kinds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.data_management.formats_index import Kind, Traits, made_kind, signatures_of, traits_of
from preserve.home import Home
from preserve.ingest.normalise import Plan
from preserve.preservation_planning.policy import HOPELESS, plan_of, read_policy, wish, wish_for
from preserve.preservation_planning.reidentify import newer
from preserve.settings import Settings


def home(folder: Path, policy: str = "lossless") -> Home:
    return Home(folder, Settings(archive_id="a", institution="b", policy=policy))  # type: ignore[arg-type]


H264 = Kind("original", "fmt/199", "MPEG-4 Media File", "", "AVC|AAC||", "ffv1+mp4")
MP3 = Kind("original", "fmt/134", "MPEG 1/2 Audio Layer 3", "", "|MPEG Audio||", "flac+m4a")
GBK = Kind("original", "x-fmt/111", "Plain Text File", "", "||gb18030|", "utf8")


@pytest.mark.parametrize(
    ("kind", "policy", "make", "drop"),
    [
        (H264, "lossless", (), ()),
        (H264, "compact", ("rewrap",), ("ffv1",)),
        (MP3, "lossless", (), ()),
        (MP3, "compact", (), ("flac",)),
        (GBK, "compact", (), ()),
        (Kind("original", "fmt/40", "Microsoft Word Document", "97-2003", "|||", ""), "compact", ("pdfa",), ()),
        (Kind("original", "fmt/276", "Acrobat PDF 1.7", "1.7", "|||", ""), "lossless", (), ()),
        (Kind("original", "fmt/199", "MPEG-4 Media File", "", "|||empty", ""), "compact", (), ()),
    ],
)
def test_what_is_wanted_and_not_there(
    kind: Kind, policy: str, make: tuple[str, ...], drop: tuple[str, ...], tmp_path: Path
) -> None:
    wished = wish_for(kind, read_policy(home(tmp_path, policy)))
    assert (wished.make, wished.drop) == (make, drop)


def test_a_rule_of_the_bureau_counts_and_has_another_key(tmp_path: Path) -> None:
    before = read_policy(home(tmp_path))
    (tmp_path / "profiles").mkdir()
    own = '[[rule]]\nname = "all"\nlossless = "keep"\ncompact = "keep"\naccess = "none"\n[estimate]\nffv1_pixel = 1.0\n'
    (tmp_path / "profiles" / "formats.toml").write_text(own)
    after = read_policy(home(tmp_path))
    assert after.key != before.key != read_policy(home(tmp_path), name="compact").key
    assert wish_for(H264, after).drop == ("ffv1", "mp4")


def test_what_cannot_be_opened_keeps_what_it_has() -> None:
    assert not wish(Plan(HOPELESS, "keep", "none"), ["ffv1", "mp4"]).changes


def test_only_what_lacks_is_made() -> None:
    wanted = Plan("r", "rewrap", "mp4")
    assert plan_of(wanted, wish(wanted, ["ffv1", "mp4"])) == Plan("r", "rewrap", "none")


codec = st.text(alphabet="abcXYZ0123 -.", min_size=1, max_size=8).map(str.strip).filter(bool)


@given(st.sets(codec, max_size=3), st.sets(codec, max_size=3), codec, st.booleans(), st.booleans())
def test_traits_come_back(video: set[str], sound: set[str], encoding: str, sound_name: bool, empty: bool) -> None:
    one = Traits(tuple(sorted(video)), tuple(sorted(sound)), encoding, sound_name, empty)
    assert Traits.read(one.text()) == one


def test_traits_and_pixels_of_a_recording() -> None:
    told = [
        ("stream 0", "video: AVC"),
        ("stream 0 Width", "1920"),
        ("stream 0 Height", "1080"),
        ("stream 0 FrameCount", "100"),
        ("stream 1", "sound: AAC"),
        ("stream 1 Width", "nonsense"),
    ]
    traits, pixels = traits_of(told, "录像.MP4", 5)
    assert (traits.text(), pixels) == ("AVC|AAC||", 1920 * 1080 * 100)


@pytest.mark.parametrize(
    ("role", "puid", "path", "properties", "kind"),
    [
        ("preservation", "fmt/569", "data/a.mp4.mkv", [("video codec", "ffv1")], "ffv1"),
        ("preservation", "fmt/569", "data/a.mp4.mkv", [("video codec", "h264")], "rewrap"),
        ("preservation", "fmt/569", "data/a.wav.mka", [("sound codec", "flac")], "flac"),
        ("preservation", "fmt/477", "data/a.doc.pdf", [], "pdfa"),
        ("access", "fmt/199", "data/a.mkv.mp4", [], "mp4"),
        ("access", "fmt/43", "data/a.png.JPG", [], "jpeg"),
        ("preservation", "fmt/1", "data/a", [], ""),
    ],
)
def test_a_copy_says_what_it_is(role: str, puid: str, path: str, properties: list[tuple[str, str]], kind: str) -> None:
    assert made_kind(role, puid, path, properties) == kind


NOTE = (
    "basis: signature DISAGREE; preserve-fallback 1 (identification.toml): unknown by signature; "
    "siegfried 1.11.9 (DROID_SignatureFile_V125.xml; container-signature-20260119.xml): fmt/199 by signature; "
    "siegfried 1.11.9 (DROID_SignatureFile_V125.xml; container-signature-20260119.xml): fmt/200 by signature; "
    "fido 1.6.1 (formats-v109.xml): fmt/199 by signature"
)


def test_signatures_are_read_from_the_note_and_compared() -> None:
    told = signatures_of(NOTE)
    assert told == (
        "siegfried 1.11.9 (DROID_SignatureFile_V125.xml; container-signature-20260119.xml), "
        "fido 1.6.1 (formats-v109.xml)"
    )
    assert not newer(told, told)
    assert newer(told, told.replace("V125", "V126"))
    assert newer("", told)
