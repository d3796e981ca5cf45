"""A medium explains itself: its guide is the same every time, and every verifier on it finds every kind of damage."""

from __future__ import annotations

import base64
import hashlib
import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from preserve.archival_storage import guide
from preserve.archival_storage.guide import GuideCase, GuideFile, GuideMedium, page, write_guide
from tests.support.browser import Browser, opened
from tests.support.packages import plain_bag

pytestmark = pytest.mark.xdist_group("guide")

MEDIUM = GuideMedium(
    "disc-01jd0000000000000000000001",
    "LJ_2026_0007",
    "二〇二六年行政处罚案卷（第七盘）",
    "临江市文化和旅游局",
    "临江市文化和旅游局档案室，0571-00000000",
    "optical",
    1,
    2,
    "2026-03-12T01:30:15Z",
    "01jd0000000000000000000000",
    "2026 年度",
)
NAMES = ("aip-01jd0000000000000000000000_v0001", "aip-01jd0000000000000000000001_v0001")
CONTENT = [
    ("aip/METS.xml", b"<mets/>"),
    ("aip/metadata/descriptive/case.json", b"{}"),
    ("aip/documentation/findings.html", b"<p>none"),
    ("aip/documentation/é.txt", b"e"),
    ("aip/representations/original/data/笔录/询问 笔录#1+%.txt".replace("%", "％"), "问：姓名？".encode() * 50),
    ("aip/representations/original/data/empty.dat", b""),
    ("aip/representations/access/data/a.mp4", bytes(range(256)) * 4097),
]


def taken(root: Path) -> list[GuideFile]:
    """Every file that lies on a medium, with its digest."""
    return [
        GuideFile(path.relative_to(root).as_posix(), path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(root.rglob("*"))
        if path.is_file()
    ]


def case_of(
    root: Path, name: str, title: str = "某演出经纪有限公司未经批准擅自变更营业性演出内容案", part: str = ""
) -> GuideCase:
    """A case as the caller describes it."""
    files = [path for path in (root / "packages" / name).rglob("*") if path.is_file()]
    manifest = root / "packages" / name / "manifest-sha256.txt"
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.exists() else "0" * 64
    number = NAMES.index(name) + 12
    return GuideCase(
        name,
        f"临综罚〔2026〕{number}号",
        f"J075-WS-2026-Y-{number:04d}",
        title,
        "2026-03-01",
        len(files),
        sum(path.stat().st_size for path in files),
        digest,
        part,
    )


def make_medium(folder: Path, algorithms: tuple[str, ...] = ("sha256", "sha512")) -> Path:
    """A medium with two packages and its guide."""
    root = folder / "盘 07"
    for name in NAMES:
        target = root / "packages" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(plain_bag(folder, CONTENT, algorithms), target)
    write_guide(root, MEDIUM, [case_of(root, name) for name in NAMES], taken(root))
    return root


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    """A whole medium."""
    return make_medium(tmp_path)


def access_copy(root: Path) -> Path:
    """A file of the first package that has many bytes."""
    return root / "packages" / NAMES[0] / "data" / "aip" / "representations" / "access" / "data" / "a.mp4"


def flip(path: Path) -> None:
    """Alter one bit in the middle; the size stays."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def relist(root: Path) -> None:
    """Make the medium's list agree with what lies there now, so that only the bags' own lists can tell."""
    lines = [f"{file.sha256}  {file.path}\n" for file in taken(root) if file.path != guide.MANIFEST]
    (root / guide.MANIFEST).write_text("".join(lines), encoding="utf-8")


def python_verifier(root: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the medium's own verify.py, isolated from this environment."""
    return subprocess.run(
        [sys.executable, "-I", str(root / "verify.py"), *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd="/",
        env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **environment},
    )


def problems(root: Path, *options: str) -> list[tuple[str, str]]:
    """Kinds and paths of what verify.py reports; its exit status agrees with them."""
    done = python_verifier(root, "--json", *options)
    assert done.returncode in (0, 4), done.stderr
    result = json.loads(done.stdout)
    assert result["intact"] is (done.returncode == 0) is (not result["problems"])
    return [(one["kind"], one["path"]) for one in result["problems"]]


# What is written


def test_the_same_input_gives_the_same_bytes(medium: Path, tmp_path: Path) -> None:
    files = [file for file in taken(medium) if file.path.startswith("packages/")]
    cases = [case_of(medium, name) for name in NAMES]
    names = write_guide(tmp_path / "again", MEDIUM, cases, iter(reversed(files)))
    assert names == sorted([guide.README, "index.html", "manifest-sha256.txt", "verify.ps1", "verify.py"])
    for name in names:
        assert (tmp_path / "again" / name).read_bytes() == (medium / name).read_bytes(), name


def test_a_guide_replaces_an_earlier_one(medium: Path) -> None:
    before = taken(medium)
    write_guide(medium, MEDIUM, [case_of(medium, name) for name in NAMES], before)
    assert taken(medium) == before


def test_texts_suit_the_readers_of_windows(medium: Path) -> None:
    for name in (guide.README, "verify.ps1"):
        data = (medium / name).read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        assert data.count(b"\n") == data.count(b"\r\n") > 20
    assert b"\r" not in (medium / guide.MANIFEST).read_bytes() + (medium / "verify.py").read_bytes()


def test_the_readme_says_all_of_it_in_both_languages(medium: Path) -> None:
    text = (medium / guide.README).read_text(encoding="utf-8-sig")
    assert "@@" not in text
    for half in text.split("=" * 70, 1):
        for word in (
            MEDIUM.identity,
            MEDIUM.contact,
            MEDIUM.title,
            MEDIUM.made,
            "RFC 8493",
            "CSIP",
            "METS",
            "PREMIS",
            "sha256sum -c",
            "shasum -a 256 -c",
            "verify.ps1",
            "certutil -hashfile",
            "ExecutionPolicy",
            "python3 verify.py",
            "index.html",
            "parts/",
            "ranges.json",
            "parts.txt",
            "copy /b",
            "cat ",
            *NAMES,
        ):
            assert word in half, word


@pytest.mark.parametrize("command", [["sha256sum", "-c", "--strict"], ["shasum", "-a", "256", "-c"]])
def test_the_list_is_that_of_common_tools(command: list[str], medium: Path) -> None:
    listed = (medium / guide.MANIFEST).read_text(encoding="utf-8").splitlines()
    assert [line[66:] for line in listed] == sorted(f.path for f in taken(medium) if f.path != guide.MANIFEST)

    def run() -> int:
        return subprocess.run([*command, guide.MANIFEST], cwd=medium, capture_output=True, check=False).returncode

    assert run() == 0
    flip(access_copy(medium))
    assert run() == 1


@pytest.mark.parametrize("path", ["../a", "/a", "a//b", "a/./b", "C:a", "a\\b", "a\nb", "", "a\udc80"])
def test_paths_that_a_list_cannot_hold_are_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a path"):
        write_guide(tmp_path, MEDIUM, [], [GuideFile(path, 0, "0" * 64)])
    assert list(tmp_path.iterdir()) == []


def test_contradictions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two digests"):
        write_guide(tmp_path, MEDIUM, [], [GuideFile("a", 0, "0" * 64), GuideFile("a", 0, "1" * 64)])
    with pytest.raises(ValueError, match="not a SHA-256"):
        write_guide(tmp_path, MEDIUM, [], [GuideFile("a", 0, "0" * 63)])
    with pytest.raises(ValueError, match="not a package"):
        write_guide(tmp_path, MEDIUM, [GuideCase("a/b", "", "", "", "", 0, 0, "")], [])


class Reader(html.parser.HTMLParser):
    """What a page consists of: elements, links, and text outside of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.sources: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.sources += [value or "" for name, value in attrs if name in ("src", "srcset", "data", "action")]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_lists_the_cases_and_its_links_lead_somewhere(medium: Path) -> None:
    text = (medium / "index.html").read_text(encoding="utf-8")
    read = Reader(text)
    assert "@@" not in text
    assert read.sources == []
    assert [link for link in read.links if not (medium / unquote(link)).exists()] == []
    assert len([link for link in read.links if link.startswith("packages/")]) == 2 * 7
    for word in ("临综罚〔2026〕12号", "J075-WS-2026-Y-0013", "2026-03-01", MEDIUM.contact, "1.05 MB"):
        assert word in read.words


HOSTILE = "</script><img src=x onerror=document.title='HIT'>\"'&amp;@@DATA@@\u202e\x1b[31m\r\n<!--"


def hostile(folder: Path) -> Path:
    """A medium on which everything that people write is written by a bad one."""
    root = make_medium(folder)
    odd = root / "packages" / NAMES[0] / "</script><img src=x onerror=alert(1)>.txt".replace("/", "∕")
    odd.write_bytes(b"x")
    words = dict.fromkeys(
        ("identity", "label", "title", "institution", "contact", "kind", "made", "archive_id", "set_name"), HOSTILE
    )
    cases = [GuideCase(NAMES[0], HOSTILE, HOSTILE, HOSTILE, HOSTILE, 1, 1, HOSTILE), case_of(root, NAMES[1])]
    write_guide(root, GuideMedium(**words, volume=1, volumes=1), cases, taken(root))
    return root


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    root = hostile(tmp_path)
    read = Reader((root / "index.html").read_text(encoding="utf-8"))
    assert "img" not in read.tags
    assert read.tags.count("script") == 3
    assert "</script><img src=x onerror=document.title='HIT'>" in read.words
    told = (root / guide.README).read_text(encoding="utf-8-sig")
    assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\u202e]", told)
    assert problems(root) == []


# verify.py


def test_a_whole_medium_is_intact(medium: Path) -> None:
    done = python_verifier(medium)
    assert (done.returncode, done.stderr) == (0, "")
    assert "结论：完好。/ Result: intact." in done.stdout
    assert done.stdout.count("完好 / intact") == 2
    result = json.loads(python_verifier(medium, "--json").stdout)
    assert result["files"] == len(taken(medium)) - 1
    assert [bag["name"] for bag in result["bags"]] == list(NAMES)


def test_one_bag_alone_is_verified(medium: Path, tmp_path: Path) -> None:
    bag = medium / "packages" / NAMES[0]
    assert problems(medium, str(bag)) == []
    flip(access_copy(medium))
    assert problems(medium, str(bag)) == [("damaged", "data/aip/representations/access/data/a.mp4")]
    (tmp_path / "none").mkdir()
    for folder in ("none", "absent"):
        assert python_verifier(medium, str(tmp_path / folder)).returncode == 2
    assert python_verifier(medium, "--wrong").returncode == 2


def test_nothing_on_a_medium_is_run_by_its_verifier(medium: Path) -> None:
    """Python looks for modules beside a program first; a medium may bring its own."""
    for name in ("json.py", "hashlib.py", "argparse.py"):
        add(medium, name, b"print('hostile')\nraise SystemExit(0)\n")
    done = subprocess.run([sys.executable, "verify.py"], cwd=medium, capture_output=True, text=True, check=False)
    assert done.returncode == 4 and "hostile" not in done.stdout + done.stderr
    assert done.stdout.count("not in the list: ") == 3


def test_an_old_console_gets_a_result_too(medium: Path) -> None:
    done = python_verifier(medium, LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "Result: intact." in done.stdout


PREFIX = f"packages/{NAMES[0]}/"
MP4 = PREFIX + "data/aip/representations/access/data/a.mp4"
Wound = Callable[[Path], object]


def add(root: Path, path: str, data: bytes = b"x") -> None:
    """Put a file on the medium."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(data)


def append(root: Path, path: str, line: str) -> None:
    """Add a line to a list."""
    with (root / path).open("a", encoding="utf-8") as out:
        out.write(line + "\n")


def hide_behind_link(root: Path) -> None:
    """Move a file off the medium and leave a link to it, which would give the right digest."""
    (root / MP4).rename(root.parent / "a")
    (root / MP4).symlink_to(root.parent / "a")


NOTHING = hashlib.sha256(b"").hexdigest()
WOUNDS: dict[str, tuple[Wound, list[tuple[str, str]]]] = {
    "flipped bit": (lambda root: flip(root / MP4), [("damaged", MP4)]),
    "missing": (lambda root: (root / MP4).unlink(), [("missing", MP4), ("oxum", PREFIX + "bag-info.txt")]),
    "no list": (lambda root: (root / guide.MANIFEST).unlink(), [("missing", guide.MANIFEST)]),
    "guide damaged": (lambda root: flip(root / "index.html"), [("damaged", "index.html")]),
    "extra at the top": (lambda root: add(root, "新建.txt"), [("extra", "新建.txt")]),
    "extra tag file": (lambda root: add(root, PREFIX + "x.txt"), [("extra", PREFIX + "x.txt")]),
    "extra payload": (
        lambda root: add(root, PREFIX + "data/x"),
        [("oxum", PREFIX + "bag-info.txt"), ("extra", PREFIX + "data/x")],
    ),
    "link": (lambda root: (root / "packages/l").symlink_to("/etc"), [("link", "packages/l")]),
    "link for a file": (hide_behind_link, [("oxum", PREFIX + "bag-info.txt"), ("link", MP4), ("missing", MP4)]),
    "fifo": (lambda root: os.mkfifo(root / "f"), [("link", "f")]),
    "traversal": (lambda root: append(root, guide.MANIFEST, f"{NOTHING}  ../a"), [("unsafe", "../a")]),
    "absolute": (lambda root: append(root, guide.MANIFEST, f"{NOTHING}  /dev/null"), [("unsafe", "/dev/null")]),
    "drive": (lambda root: append(root, guide.MANIFEST, f"{NOTHING}  C:/a"), [("unsafe", "C:/a")]),
    "backslash": (lambda root: append(root, guide.MANIFEST, f"{NOTHING}  ..\\a"), [("unsafe", "..\\a")]),
    "garbage": (lambda root: append(root, guide.MANIFEST, "garbage"), [("malformed", guide.MANIFEST)]),
    "not UTF-8": (
        lambda root: add(root, "parts.json", b"\xff"),
        [("extra", "parts.json"), ("malformed", "parts.json")],
    ),
}


@pytest.mark.parametrize("name", WOUNDS)
def test_every_wound_is_named(name: str, medium: Path) -> None:
    wound, expected = WOUNDS[name]
    wound(medium)
    assert sorted(problems(medium)) == sorted(expected)
    assert python_verifier(medium).returncode == 4


BAG_WOUNDS: dict[str, tuple[Wound, list[tuple[str, str]]]] = {
    "flipped bit": (lambda root: flip(root / MP4), [("damaged", MP4)]),
    "missing": (lambda root: (root / MP4).unlink(), [("missing", MP4), ("oxum", PREFIX + "bag-info.txt")]),
    "extra": (
        lambda root: add(root, PREFIX + "data/x"),
        [("oxum", PREFIX + "bag-info.txt"), ("extra", PREFIX + "data/x")],
    ),
    "no declaration": (lambda root: (root / PREFIX / "bagit.txt").unlink(), [("missing", PREFIX + "bagit.txt")]),
    "declaration": (
        lambda root: add(root, PREFIX + "bagit.txt", b"BagIt\n"),
        [("damaged", PREFIX + "bagit.txt"), ("malformed", PREFIX + "bagit.txt")],
    ),
    "traversal": (
        lambda root: append(root, PREFIX + "manifest-sha256.txt", f"{NOTHING}  data/../../../../a"),
        [("damaged", PREFIX + "manifest-sha256.txt"), ("unsafe", PREFIX + "data/../../../../a")],
    ),
    "tag file in payload manifest": (
        lambda root: append(root, PREFIX + "manifest-sha256.txt", f"{NOTHING}  bagit.txt"),
        [("damaged", PREFIX + "manifest-sha256.txt"), ("malformed", PREFIX + "manifest-sha256.txt")],
    ),
}


@pytest.mark.parametrize("name", BAG_WOUNDS)
def test_bags_are_held_against_their_own_lists(name: str, medium: Path) -> None:
    wound, expected = BAG_WOUNDS[name]
    wound(medium)
    relist(medium)
    assert sorted(problems(medium)) == sorted(expected)


@pytest.mark.parametrize("algorithms", [("md5",), ("sha512",), ("md5", "sha256")])
def test_algorithms_of_other_bags(algorithms: tuple[str, ...], tmp_path: Path) -> None:
    root = make_medium(tmp_path, algorithms)
    assert problems(root) == []
    flip(root / MP4)
    relist(root)
    assert problems(root) == [("damaged", MP4)]


def test_a_bag_of_unknown_digests_is_not_called_intact(medium: Path) -> None:
    bag = medium / PREFIX
    for one in bag.glob("*manifest-*"):
        one.rename(one.with_name(re.sub("sha(256|512)", r"whirlpool\1", one.name)))
    assert ("algorithm", "manifest-*.txt") in problems(medium, str(bag))


def test_what_systems_leave_on_a_drive_is_no_damage(medium: Path) -> None:
    for path in (
        "System Volume Information/x",
        "$RECYCLE.BIN/y",
        ".Trash-1000/z",
        PREFIX + "data/.DS_Store",
        "medium.json",
    ):
        add(medium, path)
    assert problems(medium) == []


def test_names_in_another_unicode_form_are_found(medium: Path, browser: Browser) -> None:
    composed = medium / PREFIX / "data/aip/documentation/é.txt"
    composed.rename(composed.with_name(unicodedata.normalize("NFD", composed.name)))
    assert problems(medium) == []
    browser.open(medium / "index.html")
    assert browser.choose("folder", medium)["verdict"][0] == "good"


def test_a_steering_name_does_not_steer_the_terminal(medium: Path) -> None:
    add(medium, "\x1b[2Jx")
    assert "\x1b" not in python_verifier(medium).stdout


def partial(folder: Path) -> Path:
    """A medium on which one package is whole, and of the other only two files and a range of a third are."""
    root = make_medium(folder)
    base = root / PREFIX
    data = access_copy(root).read_bytes()
    keep = {"data/aip/METS.xml", "bagit.txt", "manifest-sha256.txt"}
    for path in sorted(base.rglob("*")):
        if path.is_file() and path.relative_to(base).as_posix() not in keep:
            path.unlink()
    add(root, MP4 + ".part001", data[: 1 << 19])
    add(root, "parts.txt", b"a.mp4.part001 volume 1\n")
    cases = [case_of(root, NAMES[0], part="ranges"), case_of(root, NAMES[1])]
    names = write_guide(root, MEDIUM, cases, [file for file in taken(root) if file.path not in guide.OWN])
    assert "parts.json" in names
    return root


def test_a_package_that_is_partly_here_is_checked_for_what_is_here(tmp_path: Path) -> None:
    root = partial(tmp_path)
    done = python_verifier(root)
    assert done.returncode == 0, done.stdout
    assert f"{NAMES[0]}  完好 / intact（只有一部分在此 / only partly here: 1 / 2）" in done.stdout
    assert f"{NAMES[1]}  完好 / intact\n" in done.stdout
    assert "只有一部分在本卷" in (root / "index.html").read_text(encoding="utf-8")


def test_damage_to_a_partial_package_is_found(tmp_path: Path) -> None:
    root = partial(tmp_path)
    flip(root / (MP4 + ".part001"))
    flip(root / PREFIX / "data/aip/METS.xml")
    assert problems(root) == [("damaged", PREFIX + "data/aip/METS.xml"), ("damaged", MP4 + ".part001")]
    relist(root)
    assert problems(root) == [("damaged", PREFIX + "data/aip/METS.xml")]
    (root / (MP4 + ".part001")).unlink()
    add(root, PREFIX + "data/x")
    relist(root)
    expected = [("damaged", PREFIX + "data/aip/METS.xml"), ("extra", PREFIX + "data/x"), ("missing", MP4 + ".part001")]
    assert sorted(problems(root)) == sorted(expected)


def divided(folder: Path) -> Path:
    """A medium with a part of a package as a bag of its own: a whole file and a range."""
    root = make_medium(folder)
    whole = root / PREFIX
    content = [
        ("files/data/aip/METS.xml", (whole / "data/aip/METS.xml").read_bytes()),
        ("ranges/000002-000000524288", access_copy(root).read_bytes()[1 << 19 :]),
    ]
    part = root / "parts" / NAMES[0]
    part.parent.mkdir()
    shutil.move(plain_bag(folder, content), part)
    add(part, "whole/manifest-sha256.txt", (whole / "manifest-sha256.txt").read_bytes())
    add(part, "ranges.json", b"[]")
    append(part, "bag-info.txt", "Bag-Count: 2 of 3")
    tags = [path for path in part.rglob("*") if path.is_file() and "data" not in path.parts and "tagm" not in path.name]
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(part).as_posix()}\n" for path in tags]
    (part / "tagmanifest-sha256.txt").write_text("".join(lines), encoding="utf-8")
    shutil.rmtree(whole)
    cases = [case_of(root, NAMES[0], part="ranges"), case_of(root, NAMES[1])]
    names = write_guide(root, MEDIUM, cases, taken(root))
    assert "parts.json" not in names
    return root


def test_a_part_that_is_a_bag_of_its_own_is_verified_as_one(tmp_path: Path) -> None:
    root = divided(tmp_path)
    done = python_verifier(root)
    assert done.returncode == 0, done.stdout
    assert f"{NAMES[0]}  完好 / intact（只有一部分在此 / only partly here: 2 / 3）" in done.stdout
    read = Reader((root / "index.html").read_text(encoding="utf-8"))
    assert f"parts/{NAMES[0]}/data/files/data/aip/METS.xml" in read.links
    assert [link for link in read.links if not (root / unquote(link)).exists()] == []
    assert f"parts/{NAMES[0]}/" in (root / guide.README).read_text(encoding="utf-8-sig")
    flip(root / "parts" / NAMES[0] / "data/ranges/000002-000000524288")
    add(root, f"parts/{NAMES[0]}/data/x")
    relist(root)
    base = f"parts/{NAMES[0]}/"
    assert problems(root) == [
        ("oxum", base + "bag-info.txt"),
        ("damaged", base + "data/ranges/000002-000000524288"),
        ("extra", base + "data/x"),
    ]


# The page in a browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests."""
    with opened(tmp_path_factory.mktemp("profile")) as one:
        yield one


SIZES = (0, 1, 55, 56, 63, 64, 65, 119, 120, (1 << 20) + 1, (4 << 20) - 1, 4 << 20, (8 << 20) + 77)


@pytest.mark.parametrize("maker", ["hashwasm.createSHA256()", "new PlainSha256()"])
def test_the_browser_computes_sha256(maker: str, browser: Browser, medium: Path) -> None:
    browser.open(medium / "index.html")
    script = (
        "(async () => { const bytes = n => Uint8Array.from({length: n}, (_, i) => (i * 31 + (i >> 8)) & 255);"
        f"const hasher = await chooseHasher([() => {maker}]), told = [];"
        f"for (const n of {list(SIZES)}) told.push(await digestOf(new File([bytes(n)], 'x'), hasher));"
        "const odd = bytes(1000); hasher.init(); for (let at = 0, n = 1; at < 1000; at += n++) hasher.update(odd.subarray(at, at + n));"
        "told.push(hasher.digest()); return told; })()"
    )
    expected = [hashlib.sha256(bytes((i * 31 + (i >> 8)) & 255 for i in range(n))).hexdigest() for n in (*SIZES, 1000)]
    assert browser.run(script) == expected


def test_a_browser_without_webassembly_verifies_too(browser: Browser, medium: Path) -> None:
    browser.open(medium / "index.html")
    browser.run("hashwasm.createSHA256 = () => { throw new Error('none'); }, 1")
    assert browser.choose("folder", medium)["verdict"][0] == "good"


def test_a_browser_finds_a_medium_intact_and_asks_for_nothing_else(browser: Browser, medium: Path) -> None:
    browser.open(medium / "index.html")
    told = browser.choose("folder", medium)
    assert told["verdict"][0] == "good", told
    assert sorted(told["完好"]) == [file.path for file in taken(medium)]
    assert set(told) == {"verdict", "完好"}
    assert browser.complaints() == []


def test_a_browser_names_every_wound(browser: Browser, medium: Path) -> None:
    flip(medium / MP4)
    (medium / PREFIX / "data/aip/METS.xml").unlink()
    add(medium, "新建.txt")
    flip(medium / "verify.py")
    browser.open(medium / "index.html")
    told = browser.choose("folder", medium)
    assert told["verdict"][0] == "bad"
    assert sorted(told["损坏或被改动"]) == [MP4, "verify.py"]
    assert told["缺失"] == [PREFIX + "data/aip/METS.xml"]
    assert told["清单中没有"] == ["新建.txt"]


def test_a_browser_holds_the_list_against_the_page(browser: Browser, medium: Path) -> None:
    """Who alters a file and the list alike is found by the digests in the page."""
    flip(medium / MP4)
    relist(medium)
    browser.open(medium / "index.html")
    assert sorted(browser.choose("folder", medium)["损坏或被改动"]) == [guide.MANIFEST, MP4]


def test_a_browser_takes_single_files(browser: Browser, medium: Path, tmp_path: Path) -> None:
    shutil.copy(medium / MP4, tmp_path / "renamed.bin")
    browser.open(medium / "index.html")
    told = browser.choose("single", medium / MP4, tmp_path / "renamed.bin")
    assert told["verdict"][0] == "good"
    assert sum("a.mp4" in path for path in told["完好"]) == 2
    flip(medium / MP4)
    add(tmp_path, "strange.txt")
    told = browser.choose("single", medium / MP4, tmp_path / "strange.txt")
    assert (told["损坏或被改动"], told["清单中没有"]) == (["a.mp4"], ["strange.txt"])


def test_a_folder_may_be_dropped_on_the_page(browser: Browser, medium: Path) -> None:
    browser.open(medium / "index.html")
    told = browser.drop(medium)
    assert told["verdict"][0] == "good", told
    assert sorted(told["完好"]) == [file.path for file in taken(medium)]
    flip(medium / MP4)
    assert browser.drop(medium)["损坏或被改动"] == [MP4]
    assert browser.drop(medium / MP4)["损坏或被改动"] == ["a.mp4"]


def test_a_page_without_digests_reads_the_list(browser: Browser, medium: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "EMBEDDED_FILES", 3)
    write_guide(medium, MEDIUM, [case_of(medium, name) for name in NAMES], taken(medium))
    browser.open(medium / "index.html")
    assert "没有" not in str(browser.run("element('source').textContent"))
    told = browser.choose("folder", medium)
    assert told["verdict"][0] == "good", told
    flip(medium / MP4)
    assert browser.choose("folder", medium)["损坏或被改动"] == [MP4]
    told = browser.choose("single", medium / MP4)
    assert told["verdict"][0] == ""


def test_hostile_words_do_nothing_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    root = hostile(tmp_path)
    browser.open(root / "index.html")
    assert browser.run("document.images.length") == 0
    told = browser.choose("folder", root)
    assert told["verdict"][0] == "good", told
    assert browser.run("document.title") != "HIT"
    assert browser.complaints() == []


def test_the_page_looks_like_a_page(browser: Browser, medium: Path) -> None:
    """Nothing is wider than the window, on a desk or a telephone."""
    browser.open(medium / "index.html")
    for width in (1200, 390):
        browser.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        assert browser.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), width
    picture = base64.b64decode(str(browser.ask("Page.captureScreenshot")["data"]))
    browser.ask("Emulation.clearDeviceMetricsOverride")
    assert picture.startswith(b"\x89PNG")
