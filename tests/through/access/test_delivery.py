"""Delivery: whole stories from the command line, and what a court holds in its hands at the end."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import bagit
import pypdfium2
import pytest
import pyzipper
import zxingcpp

from demo.make_case import PARTY
from tests.support.browser import opened
from tests.support.eark import VERSIONS, validate
from tests.support.office import Office, make_office
from tests.support.program import kill, state_of

pytestmark = pytest.mark.xdist_group("delivery")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return make_office(tmp_path_factory.mktemp("office"), "--test-authority")


@pytest.fixture(scope="module")
def delivered(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DIP that went to a court, as a folder."""
    target = tmp_path_factory.mktemp("court")
    before = state_of(office.archive.home / "store" / "packages")
    number = office.approved()
    done = office.json("", "request", "deliver", number, "--output", str(target))
    assert state_of(office.archive.home / "store" / "packages") == before, "delivering touched the originals"
    assert office.archive.leftovers() == []
    return Path(done["place"])


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the program in the DIP says, run as a stranger runs it."""
    return subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py"), str(folder)], capture_output=True, text=True, check=False
    )


def test_strangers_accept_it(delivered: Path) -> None:
    bagit.Bag(str(delivered)).validate()
    package = delivered / "data" / delivered.name
    for version in VERSIONS:
        assert validate(package, version)[0] == []


def test_its_own_verifier_finds_it_intact(delivered: Path) -> None:
    done = checked(delivered)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_originals_are_the_originals(delivered: Path, office: Office) -> None:
    package = office.archive.packages()[0]
    objid = package.name.partition("_")[0]
    kept = {
        path.relative_to(package / "data" / objid / "representations/original/data").as_posix(): path.read_bytes()
        for path in (package / "data" / objid / "representations/original/data").rglob("*")
        if path.is_file()
    }
    root = delivered / "data" / delivered.name / "representations/original/data"
    given = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    # The description that came with the deposit holds identity numbers and is no evidence.
    assert given == {name: data for name, data in kept.items() if name != "case.json"}
    assert len(given) == len(kept) - 1


def test_one_changed_byte_is_found(delivered: Path, tmp_path: Path) -> None:
    hurt = tmp_path / delivered.name
    shutil.copytree(delivered, hurt)
    video = next(hurt.rglob("*.mp4"))
    data = bytearray(video.read_bytes())
    data[len(data) // 2] ^= 1
    video.write_bytes(data)
    assert checked(hurt).returncode == 4


def test_the_ledger_tells_the_whole_way(office: Office, delivered: Path) -> None:
    dip = delivered.name
    actions = [one["action"] for one in office.log() if one["subject"] == dip]
    assert actions == ["dip.made", "dip.certified"]
    proof = json.loads((delivered / "proof" / "proof.json").read_text())
    told = [json.loads(one["entry"])["action"] for one in proof["entries"]]
    assert {"case.registered", "request.opened", "request.examined", "request.approved", "dip.made"} <= set(told)


def test_it_is_delivered_once(office: Office, delivered: Path, tmp_path: Path) -> None:
    (number,) = {one["details"]["request"] for one in office.log() if one["subject"] == delivered.name}
    done = office.run("", "request", "deliver", number, "--output", str(tmp_path))
    assert done.returncode == 3
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_delivered_without_approval(office: Office, tmp_path: Path) -> None:
    number = office.open()
    assert office.run("", "request", "deliver", number, "--output", str(tmp_path)).returncode == 3
    office.json("wang", "request", "examine", number)
    assert office.run("", "request", "deliver", number, "--output", str(tmp_path)).returncode == 3
    office.json("head", "request", "refuse", number, "--article", "21", "--reason", "不符合规定")
    assert office.run("", "request", "deliver", number, "--output", str(tmp_path)).returncode == 3
    assert list(tmp_path.iterdir()) == []


def test_an_original_that_was_altered_is_not_delivered(office: Office, tmp_path: Path) -> None:
    number = office.approved()
    video = next(office.archive.packages()[0].rglob("original/data/**/*.mp4"))
    whole = video.read_bytes()
    video.chmod(0o644)
    video.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        done = office.run("", "request", "deliver", number, "--output", str(tmp_path))
        assert done.returncode == 4
        assert list(tmp_path.iterdir()) == []
        assert office.archive.leftovers() == []
    finally:
        video.write_bytes(whole)
    office.json("", "request", "deliver", number, "--output", str(tmp_path))


def test_as_zip_and_as_encrypted_zip(office: Office, tmp_path: Path) -> None:
    done = office.json("", "request", "deliver", office.approved(), "--output", str(tmp_path), "--as", "zip")
    with zipfile.ZipFile(done["place"]) as box:
        box.extractall(tmp_path / "out")
    assert checked(tmp_path / "out" / Path(done["place"]).stem).returncode == 0
    number = office.approved()
    lines = tmp_path / "password"
    lines.write_text("short\n")
    command = ("request", "deliver", number, "--output", str(tmp_path / "safe"), "--as", "encrypted-zip")
    assert office.archive.run(*command, stdin=lines).returncode == 2
    lines.write_text("一个足够长的密码，给法院\n")
    assert office.archive.run(*command, stdin=lines).returncode == 0
    (made,) = (tmp_path / "safe").iterdir()
    with pyzipper.AESZipFile(made) as box, pytest.raises(RuntimeError):
        box.extractall(tmp_path / "wrong", pwd=b"another password")
    with pyzipper.AESZipFile(made) as box:
        box.extractall(tmp_path / "right", pwd="一个足够长的密码，给法院".encode())
    assert checked(tmp_path / "right" / made.stem).returncode == 0


def test_as_a_disc(office: Office, tmp_path: Path) -> None:
    done = office.json("", "request", "deliver", office.approved(), "--output", str(tmp_path), "--as", "disc")
    out = tmp_path / "read"
    subprocess.run(
        ["xorriso", "-osirrox", "on", "-indev", done["place"], "-extract", "/", str(out)],
        check=True,
        capture_output=True,
    )
    (folder,) = out.iterdir()
    assert checked(folder).returncode == 0
    blank = tmp_path / "blank"
    blank.touch()
    number = office.approved()
    done = office.json(
        "", "request", "deliver", number, "--output", str(tmp_path / "burned"), "--as", "disc", "--device", str(blank)
    )
    assert done["place"] == str(blank)
    assert list((tmp_path / "burned").iterdir()) == []
    assert blank.stat().st_size > 100_000


def test_access_copies_play_and_name_their_source(office: Office, tmp_path: Path) -> None:
    number = office.approved("--form", "access")
    done = office.json("", "request", "deliver", number, "--output", str(tmp_path))
    folder = Path(done["place"])
    assert checked(folder).returncode == 0
    kinds = {path.name for path in (folder / "data" / folder.name / "representations").iterdir()}
    assert "access" in kinds
    record = office.json("", "request", "show", number)["request"]
    assert all(one["original_sha256"] for one in record["examination"]["selection"])


def test_returned_with_a_receipt_and_counted(office: Office, delivered: Path) -> None:
    (number,) = {one["details"]["request"] for one in office.log() if one["subject"] == delivered.name}
    receipt = office.paper("签收回执").partition("=")[2]
    office.json("", "request", "return", number, "--receiver", "张法官", "--receipt", receipt, "--outcome", "采信")
    (year,) = office.json("", "request", "statistics")["years"]
    assert year["approved"] >= 1
    assert year["cases"] >= 1
    assert year["files"] > year["cases"]
    assert office.run("", "request", "return", number, "--receiver", "张法官").returncode == 3


def test_no_room(office: Office, tmp_path: Path) -> None:
    number = office.approved()
    locked = tmp_path / "file"
    locked.write_text("not a folder")
    assert office.run("", "request", "deliver", number, "--output", str(locked / "x")).returncode == 5
    assert office.json("", "request", "show", number)["request"]["state"] == "approved"
    assert office.archive.leftovers() == []


def test_a_browser_and_a_telephone_find_it_true(delivered: Path, tmp_path: Path) -> None:
    """The page in the package, and what the code on the certificate holds, as a court uses both."""
    with pypdfium2.PdfDocument(delivered / "certificate.pdf") as document:
        picture = document[0].render(scale=3).to_pil()
    (code,) = zxingcpp.read_barcodes(picture)
    done = subprocess.run([sys.executable, delivered / "verify.py", "--key", code.text], check=False)
    assert done.returncode == 0
    with opened(tmp_path / "profile") as browser:
        browser.open(delivered / "verify.html")
        assert browser.choose("folder", delivered)["verdict"][0] == "good step"
        browser.run(
            f"element('key').value = {json.dumps(code.text)}, element('key').dispatchEvent(new Event('input')), 1"
        )
        assert browser.run("element('verdict').className") == "good"
        assert browser.complaints() == []


PLAN = """
[[redaction]]
object = "{paper}"
what = "box"
left = 0
top = 0
width = 100
height = 30
unit = "%"
reason = "他人隐私"
article = "20"

[[redaction]]
object = "{video}"
what = "blur-mute"
from = "0"
to = "1"
reason = "未成年人"
article = "20"
"""


def test_a_party_gets_a_redacted_copy_and_no_original(office: Office, tmp_path: Path) -> None:
    names = originals(office)
    paper = next(name for name in names if name.endswith("笔录.pdf"))
    video = next(name for name in names if name.endswith(".mp4"))
    before = state_of(office.archive.home / "store" / "packages")
    number = office.open("party", PARTY, "--object", paper, "--object", video, "--form", "access")
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN.format(paper=paper, video=video), encoding="utf-8")
    office.json("wang", "request", "examine", number, "--redactions", str(plan))
    office.json("head", "request", "approve", number)
    plan.write_text("")  # what was approved is what the archive kept
    done = office.json("", "request", "deliver", number, "--output", str(tmp_path / "out"))
    folder = Path(done["place"])
    assert checked(folder).returncode == 0
    assert office.archive.run("verify", str(folder)).returncode == 0
    for version in VERSIONS:
        assert validate(folder / "data" / folder.name, version)[0] == []
    kinds = {path.name for path in (folder / "data" / folder.name / "representations").iterdir()}
    assert kinds == {"redacted"}
    (made,) = folder.rglob("redacted/data/**/*.pdf")
    words = subprocess.run(["pdftotext", str(made), "-"], capture_output=True, text=True, check=True).stdout
    assert words.strip() == ""
    log = json.loads(next(folder.rglob("redaction-log.json")).read_text(encoding="utf-8"))
    assert {"他人隐私", "未成年人"} <= set(json.dumps(log, ensure_ascii=False).split('"'))
    premis = next(folder.rglob("redacted/metadata/preservation/premis.xml")).read_text(encoding="utf-8")
    assert premis.count(">redaction<") == 2
    given = {line.split()[0] for line in (folder / "manifest-sha256.txt").read_text("utf-8").splitlines()}
    kept = {digest for name, (_, _, digest) in before.items() if "/representations/" in name}
    assert not given & kept, "something of the archive's went along as it is"
    assert not list(folder.rglob("explanatory-notes/*")), "a note prints the transcript of a muted recording"
    assert state_of(office.archive.home / "store" / "packages") == before


def test_a_clip_stands_beside_the_digest_of_its_source(office: Office, tmp_path: Path) -> None:
    video = next(name for name in originals(office) if name.endswith(".mp4"))
    number = office.approved("--object", video, "--range", "0:00.2-0:00.8")
    folder = Path(office.json("", "request", "deliver", number, "--output", str(tmp_path))["place"])
    assert checked(folder).returncode == 0
    (clip,) = (path for path in folder.rglob("representations/clip/data/**/*") if path.is_file())
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(clip)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert 0.55 <= float(told) <= 0.7
    source = office.json("", "request", "show", number)["request"]["examination"]["selection"][0]["original_sha256"]
    assert source[:8] in next(folder.rglob("evidence-list.html")).read_text(encoding="utf-8")


def originals(office: Office) -> list[str]:
    """What may be asked for, by the depositor's names."""
    number = office.open()
    examined = office.json("wang", "request", "examine", number)
    assert examined["files"] > 3
    office.json("", "request", "withdraw", number, "--reason", "仅查看目录")
    shown = office.json("", "request", "show", number)["request"]
    return [one["path"] for one in shown["examination"]["selection"]]


def test_killed_in_the_middle_it_is_made_anew(office: Office, tmp_path: Path) -> None:
    number = office.approved()
    building = office.archive.home / "work" / f"request-{number}.building"
    process = office.archive.start("request", "deliver", number, "--output", str(tmp_path), "--as", "zip")
    while not list(building.glob("dip-*/data")) and process.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.003)
    kill(process)
    assert building.exists()
    assert office.json("", "request", "show", number)["request"]["state"] == "approved"
    # As it would be had it been killed while it wrote to the consumer's medium.
    (dip,) = (path.name for path in building.iterdir())
    (tmp_path / f".{dip}.zip.part").write_bytes(b"half")
    done = office.json("", "request", "deliver", number, "--output", str(tmp_path), "--as", "zip")
    assert [path.name for path in tmp_path.iterdir()] == [Path(done["place"]).name]
    assert office.archive.leftovers() == []
    assert office.archive.run("ledger", "verify").returncode == 0


def test_two_at_once_deliver_once(office: Office, tmp_path: Path) -> None:
    number = office.approved()
    runs = [office.archive.start("request", "deliver", number, "--output", str(tmp_path / str(n))) for n in range(2)]
    for run in runs:
        run.communicate(timeout=240)
    assert sorted(run.returncode for run in runs) == [0, 3]
    assert sum(len(list(folder.iterdir())) for folder in tmp_path.iterdir()) == 1


def test_withdrawn_after_approval_nothing_leaves(office: Office, tmp_path: Path) -> None:
    number = office.approved()
    office.json("", "request", "withdraw", number, "--reason", "法院撤回")
    assert office.run("", "request", "deliver", number, "--output", str(tmp_path)).returncode == 3
    assert list(tmp_path.iterdir()) == []


def test_our_own_verifier_reads_it_too(office: Office, delivered: Path, tmp_path: Path) -> None:
    assert office.archive.run("verify", str(delivered)).returncode == 0
    hurt = tmp_path / delivered.name
    shutil.copytree(delivered, hurt)
    next(hurt.rglob("premis.xml")).write_text("<x/>")
    assert office.archive.run("verify", str(hurt)).returncode == 4


def test_without_a_signer_nothing_is_built(tmp_path: Path) -> None:
    unsigned = make_office(tmp_path)
    number = unsigned.approved()
    done = unsigned.run("", "request", "deliver", number, "--output", str(tmp_path / "out"))
    assert done.returncode == 7
    assert unsigned.archive.leftovers() == []
    assert [one["action"] for one in unsigned.log() if one["action"].startswith("dip.")] == []
