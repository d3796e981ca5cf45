"""A delivery convinces a stranger: both verifiers say the same of it, of a true one and of every way to tamper."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metadata.names import safe_names
from preserve.access.certificate.anchoring import Anchored, code_text
from preserve.access.proof import write_proof
from preserve.data_management import checkpoints
from preserve.data_management.proof.export import check_proof
from tests.support.browser import Browser, opened
from tests.support.dips import CONTENT, DIP, make_dip, make_ledger
from tests.support.tampering import (
    CERTIFICATE,
    DATA,
    EVIDENCE,
    MP4,
    PROOF,
    TEXT,
    WOUNDS,
    Found,
    World,
    add,
    flip,
    link,
    relist,
)

pytestmark = pytest.mark.xdist_group("verifier")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two ledgers."""
    place = tmp_path_factory.mktemp("world")
    return World(make_ledger(place / "archive"), make_ledger(place / "forger"), place)


@pytest.fixture(scope="module")
def pristine(world: World) -> Path:
    """A delivery to copy; it is the first that the archive made."""
    return make_dip(world.archive, world.place / "made")


@pytest.fixture
def delivery(pristine: Path, tmp_path: Path) -> Path:
    """A copy of it to do harm to."""
    return Path(shutil.copytree(pristine, tmp_path / DIP))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory, pristine: Path) -> Iterator[Browser]:
    """A browser that shows the page of the true delivery: any copy of it checks any delivery."""
    with opened(tmp_path_factory.mktemp("profile")) as one:
        one.open(pristine / "verify.html")
        yield one


def python(root: Path, *options: str, program: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a verify.py, isolated from this environment."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(program or root / "verify.py"), str(root), *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd="/",
        env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **more},
    )


@pytest.fixture(scope="module")
def program(pristine: Path) -> ModuleType:
    """The very verify.py of the true delivery, loaded once; running it is tested where the command matters."""
    spec = importlib.util.spec_from_file_location("verify_of_a_dip", pristine / "verify.py")
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def told_by_python(root: Path, program: ModuleType, key: str = "") -> Found:
    """What a true copy of verify.py says."""
    result = program.verify(str(root), key)
    assert result["intact"] is (not result["problems"])
    return [(one["kind"], one["path"]) for one in result["problems"]]


def told_by_page(browser: Browser, root: Path) -> Found:
    """What the page says; its verdict agrees."""
    browser.choose("folder", root)
    result = browser.run("last")
    assert isinstance(result, dict), browser.run("element('verdict').textContent")
    look = browser.run("element('verdict').className")
    assert result["whole"] and result["intact"] is (not result["problems"]) is (look != "bad"), look
    return [(one["kind"], one["path"]) for one in result["problems"]]


# True deliveries


def test_a_true_delivery_is_intact(program: ModuleType, world: World, pristine: Path, browser: Browser) -> None:
    assert told_by_page(browser, pristine) == told_by_python(pristine, program) == []
    mine, theirs = browser.run("last"), json.loads(python(pristine, "--json").stdout)
    assert isinstance(mine, dict)
    alike = set(theirs) - {"bytes", "key_given"}
    assert {name: mine[name] for name in alike} == {name: theirs[name] for name in alike}
    assert theirs["fingerprint"] == world.archive.fingerprint
    assert theirs["sm3"] and theirs["files_intact"] == theirs["listed"] == len(CONTENT) + 5
    assert browser.complaints() == []
    checked = subprocess.run(
        [sys.executable, "-I", check_proof.__file__, pristine / PROOF, "--key", world.archive.keys / "ledger.pub"],
        capture_output=True,
        check=False,
    )
    assert checked.returncode == 0


def test_a_key_may_be_demanded(world: World, pristine: Path, browser: Browser) -> None:
    told_by_page(browser, pristine)
    good, bad = world.archive.fingerprint, world.forger.fingerprint
    spaced = " ".join(good[at : at + 4] for at in range(0, 64, 4)).upper()

    def look(key: str) -> object:
        return browser.run(
            f"element('key').value = {json.dumps(key)}, element('key').dispatchEvent(new Event('input')),"
            "element('verdict').className"
        )

    assert look("") == look(good[:40]) == "good step"
    assert look(good) == look(spaced) == look("ＳＨＡ256:" + good) == "good"
    assert look(bad) == "bad"
    assert "NOT" in str(browser.run("element('keyed').textContent"))
    look("")
    assert python(pristine, "--key", spaced).returncode == 0
    done = python(pristine, "--key", bad)
    assert done.returncode == 4 and "fingerprint is not the given one" in done.stdout
    assert python(pristine, "--key", good[:40]).returncode == 2


def test_what_the_certificate_s_code_holds_is_compared(world: World, pristine: Path, browser: Browser) -> None:
    """The code is printed before its certificate is entered: its root is that of an earlier checkpoint."""
    document = json.loads((pristine / PROOF).read_text(encoding="utf-8"))
    made = checkpoints.parse_checkpoint(document["earlier"][0]["checkpoint"])
    anchored = Anchored(6, b"", (), made, world.archive.fingerprint)
    evidence = hashlib.sha256((pristine / EVIDENCE).read_bytes()).hexdigest()
    good = code_text(DIP, evidence, anchored)
    told_by_page(browser, pristine)
    wrong = {
        good.replace(DIP, DIP[:-1] + "8"): ("other", PROOF),
        good.replace(evidence, "0" * 64): ("evidence", EVIDENCE),
        good.replace(f"size={made.size}", "size=99"): ("checkpoint", PROOF),
        good.replace(made.root.hex(), "0" * 64): ("checkpoint", PROOF),
        good.replace(world.archive.fingerprint, world.forger.fingerprint): ("key", PROOF),
    }
    for code, problem in {good: None, **wrong}.items():
        done = python(pristine, "--json", "--key", code)
        expected = [] if problem is None else [problem]
        assert [(one["kind"], one["path"]) for one in json.loads(done.stdout)["problems"]] == expected
        typed = f"element('key').value = {json.dumps(code)}, element('key').dispatchEvent(new Event('input')), "
        assert browser.run(typed + "differences(last)") == [kind for kind, _ in expected]
        assert browser.run("element('verdict').className") == ("bad" if problem else "good")
    browser.run("element('key').value = '', 1")


def test_a_delivery_that_another_key_sealed_shows_another_fingerprint(
    program: ModuleType, world: World, tmp_path: Path, pristine: Path, browser: Browser
) -> None:
    root = make_dip(world.forger, tmp_path)
    assert told_by_page(browser, root) == told_by_python(root, program) == []
    assert browser.run("last.fingerprint") == world.forger.fingerprint != world.archive.fingerprint
    assert told_by_python(root, program, world.archive.fingerprint) == [("key", PROOF)]


def test_calls_that_make_no_sense(pristine: Path, tmp_path: Path) -> None:
    for options in ((str(tmp_path / "absent"),), (str(tmp_path),), ("--wrong",)):
        done = subprocess.run(
            [sys.executable, "-I", pristine / "verify.py", *options], capture_output=True, check=False
        )
        assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "cp437", "utf-8"])
def test_any_console_gets_a_result(encoding: str, delivery: Path) -> None:
    flip(delivery / TEXT)
    done = subprocess.run(
        [sys.executable, "-I", delivery / "verify.py"],
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
    )
    isolated = done.stdout.decode("utf-8", "replace")
    assert (done.returncode, done.stderr) == (4, b"")
    assert "NOT intact" in isolated and "altered" in isolated
    done = subprocess.run(
        [sys.executable, delivery / "verify.py"],
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
    )
    assert done.returncode == 4
    assert "NOT intact" in done.stdout.decode(encoding)


def test_the_program_is_one_file_for_old_pythons(pristine: Path) -> None:
    text = (pristine / "verify.py").read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 8))
    modules = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }
    assert modules <= set(sys.stdlib_module_names)
    assert "preserve." not in text.replace("preserve.clock", "")
    names = [node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    assert len(names) == len(set(names))


def test_without_sm3_the_rest_is_checked_and_said(delivery: Path) -> None:
    """A Python whose OpenSSL lacks SM3."""
    program = delivery.parent / "old.py"
    text = (delivery / "verify.py").read_text(encoding="utf-8")
    assert "hashlib.new(algorithm)" in text
    program.write_text(
        text.replace("hashlib.new(algorithm)", "hashlib.new(algorithm.replace('sm3', 'none'))"), encoding="utf-8"
    )
    done = python(delivery, program=program)
    assert done.returncode == 0 and "only SHA-256 was checked" in done.stdout
    flip(delivery / MP4)
    flip(delivery / CERTIFICATE)
    done = python(delivery, "--json", program=program)
    assert {(one["kind"], one["path"]) for one in json.loads(done.stdout)["problems"]} == {
        ("altered", MP4),
        ("certificate", CERTIFICATE),
        ("manifest", "tagmanifest-sha256.txt"),
    }


# Tampered ones


@pytest.mark.parametrize("name", WOUNDS)
def test_both_verifiers_find_every_tampering(
    program: ModuleType, name: str, world: World, delivery: Path, pristine: Path, browser: Browser
) -> None:
    wound, expected = WOUNDS[name]
    wound(delivery, world)
    said = told_by_python(delivery, program)
    assert said
    assert sorted(told_by_page(browser, delivery)) == sorted(said)
    if expected:
        # Who alters a tag file or a manifest leaves the manifests over them behind, which is told as well.
        tags = {("manifest", name) for name in ("tagmanifest-sha256.txt", "tagmanifest-sm3.txt")}
        assert set(expected) <= set(said) <= set(expected) | tags
    else:
        assert {kind for kind, _ in said} & {"evidence", "missing"}


def test_nothing_in_a_delivery_is_run_by_its_verifier(delivery: Path) -> None:
    """Python looks for modules beside a program first; a delivery may bring its own."""
    for name in ("json.py", "hashlib.py", "argparse.py", "sys.py", "typing.py", "base64.py"):
        add(delivery, name, b"print('hostile')\nraise SystemExit(0)\n")
    for where, called in ((delivery, "verify.py"), (Path("/"), str(delivery / "verify.py"))):
        done = subprocess.run([sys.executable, called], cwd=where, capture_output=True, text=True, check=False)
        assert done.returncode == 4 and "hostile" not in done.stdout + done.stderr
        assert done.stdout.count("not in the list: ") == 6


def test_links_are_not_followed(
    program: ModuleType, world: World, delivery: Path, pristine: Path, browser: Browser
) -> None:
    link(delivery, world)
    assert told_by_python(delivery, program) == [("link", MP4), ("missing", MP4)]
    assert told_by_page(browser, delivery) == [("missing", MP4)]  # a browser hands over no links


def test_what_systems_leave_behind_is_no_part_of_it(
    program: ModuleType, delivery: Path, pristine: Path, browser: Browser
) -> None:
    for name in (".DS_Store", DATA + "Thumbs.db", DATA + "desktop.ini", "._certificate.pdf"):
        add(delivery, name)
    assert told_by_page(browser, delivery) == told_by_python(delivery, program) == []
    assert len(program.verify(str(delivery))["ignored"]) == 4 == browser.run("last.ignored.length")


# Names


def decompose(root: Path) -> None:
    """Names as Apple's file systems store them."""
    for path in sorted(root.rglob("*"), key=lambda one: -len(one.parts)):
        path.rename(path.with_name(unicodedata.normalize("NFD", path.name)))


def test_names_may_be_composed_otherwise(program: ModuleType, delivery: Path, pristine: Path, browser: Browser) -> None:
    decompose(delivery)
    assert told_by_page(browser, delivery) == told_by_python(delivery, program) == []
    told = browser.drop(delivery)
    assert told["verdict"][0] == "good step"


NAMES = st.lists(
    st.text(
        st.characters(codec="utf-8") | st.sampled_from("#%+&;=@ '!~()[]{},é\u0301案卷笔录（〔〕）\u200b\u202e"),
        min_size=1,
        max_size=30,
    ),
    min_size=20,
    max_size=60,
)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(NAMES)
def test_every_name_that_a_delivery_may_have(
    program: ModuleType,
    world: World,
    pristine: Path,
    browser: Browser,
    tmp_path_factory: pytest.TempPathFactory,
    names: list[str],
) -> None:
    folder = tmp_path_factory.mktemp("names")
    content = [(f"representations/original/data/{name}", name.encode()) for name in safe_names(names)]
    root = make_dip(world.archive, folder, content)
    assert told_by_page(browser, root) == told_by_python(root, program) == []
    shutil.rmtree(folder)


# Two readers, one reading


def test_both_read_the_same_in_broken_documents(pristine: Path, browser: Browser, world: World) -> None:
    """Bytes changed at random: what one program refuses or reports, the other does too."""
    import base64
    import random

    from preserve.access.verifier import reading
    from preserve.archival_storage.guide.verify import Check

    chance = random.Random(20260312)
    samples: list[tuple[str, bytes]] = []
    for name in (EVIDENCE, PROOF, "manifest-sha256.txt"):
        data = (pristine / name).read_bytes()
        for _ in range(150):
            spoilt = bytearray(data)
            for _ in range(chance.randrange(1, 4)):
                at = chance.randrange(len(spoilt))
                choice = chance.randrange(3)
                if choice == 0:
                    spoilt[at] = chance.choice(b'0aA"{}[],:.eE\\\n\x00\x80\xe2 -')
                elif choice == 1:
                    del spoilt[at : at + chance.randrange(1, 80)]
                else:
                    end = at + chance.randrange(1, 80)
                    spoilt[end:end] = spoilt[at:end]
            samples.append((name, bytes(spoilt)))

    def ours(name: str, data: bytes) -> object:
        check = Check("/")
        try:
            if name == EVIDENCE:
                reading.read_evidence(check, data)
            elif name == PROOF:
                reading.read_proof(check, data)
            else:
                reading.manifest_lines(data)
        except reading.Broken:
            return "broken"
        return sorted({(kind, path) for path, kind in check.problems})

    expected = [ours(name, data) for name, data in samples]
    assert 20 < sum(one == "broken" for one in expected) < len(samples) - 20
    sent = json.dumps([(name, base64.b64encode(data).decode()) for name, data in samples])
    said = browser.run(
        "(async () => { const { hash } = await chooseHashers(), told = []; for (const [name, data] of " + sent + ") {"
        "const found = new Map(), report = (kind, path) => found.set(kind + path, [kind, path]), bytes = decode64(data);"
        "try { if (name === FORM.evidence) readEvidence(bytes, report);"
        "else if (name === FORM.proof) await readProof(bytes, hash, report); else readManifest(bytes);"
        "told.push([...found.values()].sort((a, b) => a < b ? -1 : 1)); }"
        "catch (error) { if (!(error instanceof Broken)) throw error; told.push('broken'); } } return told; })()"
    )
    assert isinstance(said, list)
    for (name, data), mine, theirs in zip(samples, expected, said, strict=True):
        theirs = theirs if isinstance(theirs, str) else [tuple(one) for one in theirs]
        assert mine == theirs, (name, data[:2000])


# The page


def test_single_files(delivery: Path, browser: Browser, pristine: Path, tmp_path: Path) -> None:
    browser.open(pristine / "verify.html")

    def choose(*names: str) -> dict[str, object]:
        browser.choose("single", *(delivery / name for name in names))
        told = browser.run(
            "({look: element('verdict').className, words: element('verdict').textContent, files: last.files, problems: last.problems})"
        )
        assert isinstance(told, dict)
        return told

    shutil.copy(delivery / MP4, delivery / "renamed.bin")
    told = choose(MP4)
    assert (told["look"], told["problems"]) == ("", []) and "Nothing to compare" in str(told["words"])
    assert told["files"][0]["sha256"] in (delivery / "manifest-sha256.txt").read_text()  # type: ignore[index]
    told = choose(MP4, EVIDENCE)
    assert told["look"] == "" and "no proof.json" in str(told["words"])
    told = choose("renamed.bin", EVIDENCE, PROOF, CERTIFICATE)
    assert told["look"] == "step" and told["problems"] == []
    told_by_page(browser, pristine)  # from now on the page knows the list
    assert choose(MP4)["look"] == "step"
    flip(delivery / MP4)
    flip(delivery / CERTIFICATE)
    add(delivery, "strange.txt")
    told = choose(MP4, "strange.txt")
    assert told["look"] == "bad"
    assert [(one["kind"], one["path"]) for one in told["problems"]] == [("altered", "a.mp4"), ("extra", "strange.txt")]  # type: ignore[attr-defined]
    assert choose(CERTIFICATE, PROOF)["look"] == "bad"
    shutil.copy(pristine / MP4, delivery / "proof" / "a.mp4")
    told = choose("proof/a.mp4", MP4)
    assert [(one["path"], one["state"]) for one in told["files"]] == [("a.mp4", "intact"), ("a.mp4 (2)", "altered")]  # type: ignore[attr-defined]
    add(delivery, "twice/evidence.json", b"{")
    browser.open(pristine / "verify.html")
    assert choose("twice/evidence.json", MP4)["look"] == "bad"


def test_a_folder_may_be_dropped_and_lie_in_another(delivery: Path, browser: Browser) -> None:
    assert browser.drop(delivery)["verdict"][0] == "good step"
    assert browser.drop(delivery.parent)["verdict"][0] == "good step"
    add(delivery.parent, "证据.pdf")
    told = browser.drop(delivery.parent)
    assert told["verdict"][0] == "step" and "1 other file(s)" in told["verdict"][1]
    (delivery / MP4).unlink()
    assert "button" in browser.drop(delivery)["verdict"][1]
    shutil.copytree(delivery, delivery.with_name("dip-2"))
    told = browser.drop(delivery.parent)
    assert told["verdict"][0] == "" and "one delivery at a time" in told["verdict"][1]


def test_a_browser_without_webassembly(browser: Browser, pristine: Path, delivery: Path) -> None:
    browser.open(pristine / "verify.html")
    browser.run("for (const name of ['createSHA256', 'createSM3', 'sha512']) hashwasm[name] = () => { throw 1; }; 1")
    assert told_by_page(browser, pristine) == []
    assert browser.run("last.sm3") is False
    flip(delivery / MP4)
    assert told_by_page(browser, delivery) == [("altered", MP4)]
    browser.run("Object.defineProperty(crypto, 'subtle', {value: undefined}), 1")
    browser.choose("folder", pristine)
    assert browser.run("[last.intact, last.unsigned, element('verdict').className]") == [False, True, ""]
    browser.open(pristine / "verify.html")


def test_the_page_can_reach_nothing(browser: Browser, pristine: Path) -> None:
    browser.open(pristine / "verify.html")
    assert browser.run("fetch('http://127.0.0.1:9/').then(() => 'sent', error => 'refused')") == "refused"
    browser.run(
        "(s => { s.textContent = 'globalThis.ran = 1'; document.body.append(s); })(document.createElement('script')), 1"
    )
    assert browser.run("globalThis.ran") is None
    assert [one for one in browser.complaints() if "Content Security Policy" in one]


def test_hostile_names_stay_words(delivery: Path, browser: Browser, pristine: Path) -> None:
    browser.open(pristine / "verify.html")
    add(delivery, "<img src=x onerror=document.title='HIT'>")
    assert told_by_page(browser, delivery) == [("extra", "<img src=x onerror=document.title='HIT'>")]
    assert browser.run("document.images.length") == 0
    assert browser.run("document.title") != "HIT"


def test_the_page_fits_its_window(delivery: Path, browser: Browser) -> None:
    relist(delivery, None)  # type: ignore[arg-type]
    told_by_page(browser, delivery)
    for width in (1200, 360):
        browser.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        assert browser.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), width
    browser.ask("Emulation.clearDeviceMetricsOverride")


# The proof


def test_a_proof_that_would_not_hold_is_not_written(world: World, tmp_path: Path) -> None:
    from preserve.errors import NotIntact

    target = tmp_path / "proof.json"
    with world.archive.catalogue.read() as connection:
        for numbers in ((), (0,), (1, 10**6)):
            with pytest.raises(ValueError, match="not entries"):
                write_proof(connection, world.archive.keys / "ledger.pub", target, numbers)
        with pytest.raises(NotIntact):
            write_proof(connection, world.forger.keys / "ledger.pub", target, [1])
    assert not target.exists()
