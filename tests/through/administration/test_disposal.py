"""Disposal: four people, every transition, nothing before its day or under a hold, nothing left, nothing comes back."""

from __future__ import annotations

import ast
import itertools
import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import get_args

import pikepdf
import pytest

from metadata.verify import verify_package
from preserve.administration.actor import Actor
from preserve.administration.appraisal.model import Item
from preserve.administration.disposal.media_destruction import confirm
from preserve.administration.disposal.model import Disposal, Entry, Signature, State
from preserve.administration.disposal.steps import DISPOSALS, propose
from preserve.administration.duties import Role
from preserve.administration.holds.steps import add_hold, release_hold
from preserve.administration.people import Person
from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.media import refuse_destroyed
from preserve.archival_storage.policy import StorageProfile, read_policy
from preserve.archival_storage.warrant import Destruction, warrant_for_disposal
from preserve.data_management import holdings
from preserve.data_management.archive import Archive
from preserve.data_management.database import open_catalogue
from preserve.errors import NotPermitted, Refused
from preserve.home import open_home
from tests.support.disposing import ARCHIVIST, after_the_pause, aged_office, carry_out, decide, found_in, originals_of
from tests.support.office import Office

pytestmark = pytest.mark.xdist_group("disposal")
STATES: tuple[State, ...] = get_args(State)
ROOT = Path(__file__).parents[3]


def disposal_in(state: State, *supervisors: str) -> Disposal:
    item = Item(
        row=1,
        objid="aip-x",
        case_number="1",
        archival_number="",
        title="t",
        responsible="局",
        closed="2010-01-01",
        classification="internal",
        declared="10-years",
        rule="case-10",
        start="2010-01-01",
        years=10,
        due="2021-01-01",
        files=1,
        size=1,
        requests=0,
        copies=(),
        signals=(),
        blocks=(),
    )
    when = "2026-01-01T00:00:00Z"
    return Disposal(
        number="D2026-0001",
        state=state,
        step=1,
        review="R2026-0001",
        appraised=when,
        entries=(Entry(row=1, review_row=1, item=item, reason=""),),
        proposed=Signature(by="chen", when=when),
        supervisors=tuple(Signature(by=one, when=when) for one in supervisors),
    )


LEGAL = {
    ("proposed", "supervised"),
    ("proposed", "withdrawn"),
    ("supervised", "approved"),
    ("supervised", "withdrawn"),
    ("approved", "begun"),
    ("approved", "withdrawn"),
    ("executing", "confirmed"),
    ("executing", "executed"),
    ("executed", "witnessed"),
}


@pytest.mark.parametrize(("state", "to"), list(itertools.product(STATES, [one.deed for one in DISPOSALS.steps])))
def test_every_transition(state: State, to: str) -> None:
    if (state, to) in LEGAL:
        DISPOSALS.check(disposal_in(state, "wang", "zhao"), to, "li")
    else:
        with pytest.raises(Refused):
            DISPOSALS.check(disposal_in(state, "wang", "zhao"), to, "li")


@pytest.mark.parametrize(
    ("state", "to", "account", "behalf"),
    [
        ("proposed", "supervised", "chen", ""),
        ("proposed", "supervised", "wang", ""),
        ("supervised", "approved", "chen", ""),
        ("supervised", "approved", "wang", ""),
        ("supervised", "approved", "zhao", ""),
        ("supervised", "approved", "li", "chen"),
        ("supervised", "approved", "li", "wang"),
        ("supervised", "approved", "zhao", "li"),
    ],
)
def test_it_takes_four_people(state: State, to: str, account: str, behalf: str) -> None:
    hands = ("wang",) if state == "proposed" else ("wang", "zhao")
    with pytest.raises(NotPermitted):
        DISPOSALS.check(disposal_in(state, *hands), to, account, behalf)


def test_only_one_room_makes_warrants_and_only_one_uses_them() -> None:
    def calls(name: str) -> set[str]:
        found = set()
        for path in (ROOT / "preserve").rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and name in (
                    getattr(node.func, "id", ""),
                    getattr(node.func, "attr", ""),
                ):
                    found.add(str(path.relative_to(ROOT / "preserve")))
        return found

    assert calls("Warrant") == {"archival_storage/warrant.py"}
    assert calls("remove") & {path for path in calls("remove") if "storage" in path or "disposal" in path} == {
        "administration/disposal/removal.py",
        "archival_storage/object_store.py",  # the store in a bucket, which hands the warrant on to its adapter
    }


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return aged_office(tmp_path_factory.mktemp("disposal"), "10-years")


def test_the_whole_life_of_a_disposal(office: Office) -> None:
    """Proposed, held, asked for, too early, carried out with a disc to be destroyed, and never back again."""
    home = open_home(office.archive.home)
    originals = originals_of(office)
    assert found_in(home.path, originals), "the test would see nothing"
    name = office.archive.packages()[0].name
    objid = name.partition("_")[0]
    saved = home.path.parent / "saved"
    shutil.copytree(home.store / "packages" / name, saved)
    (home.store / "quarantine").mkdir()
    shutil.copytree(saved, home.store / "quarantine" / f"{name}.01abc")
    # What somebody looked at, and pictures of it.
    viewing = home.path / "viewing"
    shutil.copytree(saved / "data", viewing / "wang" / office.case)
    (viewing / ".pictures").mkdir()
    shutil.copy(next((saved / "data").rglob("*.mp4")), viewing / ".pictures" / "abc.frames.jpg")
    catalogue = open_catalogue(home)
    with catalogue.begin() as connection:
        holdings.add_medium(
            connection,
            "disc-1",
            kind="optical",
            label="LJ-0001",
            location="",
            actor="chen",
            moment=after_the_pause(),
            place="档案库/一架",
        )
        holdings.add_medium(
            connection,
            "drive-1",
            kind="drive",
            label="LJ-D1",
            location="",
            actor="chen",
            moment=after_the_pause(),
            place="分馆/二架",
        )
        for medium, state in itertools.product(("disc-1", "drive-1"), ("written", "verified")):
            change_copy(connection, name, medium, state, actor="chen", moment=after_the_pause())
        # An old drive was replaced long ago: its copy counts no more, and still has every byte.
        change_copy(connection, name, "drive-1", "retired", actor="chen", moment=after_the_pause())
        holdings.change_medium(connection, "drive-1", actor="chen", moment=after_the_pause(), state="retired")

    number = decide(office)
    for who, step in (("", "supervise"), ("wang", "supervise"), ("wang", "approve"), ("head", "execute")):
        assert office.run(who, "disposal", step, number).returncode in (3, 6)
    early = office.run("", "disposal", "execute", number)
    assert early.returncode == 3 and found_in(home.path, originals), "carried out before its day"

    # A hold and a request that came between approval and execution.
    held = office.json("", "hold", "add", office.case, "--kind", "litigation", "--reason", "涉诉")["hold"]["number"]
    report = carry_out(home.path, number)
    assert not report.done and [one.code for one in report.outcomes[0].obstacles] == ["disposal.blocked"]
    office.json("wang", "hold", "release", held, "--reason", "结案")
    asked = office.open()
    assert not carry_out(home.path, number).done
    office.json("", "request", "withdraw", asked, "--reason", "撤回")
    assert (home.store / "packages" / name).is_dir() and found_in(home.path, originals)

    # A hold that comes in the middle of it: nothing more goes, and nothing went before.
    raced: list[str] = []

    def meanwhile(what: str) -> None:
        if what.startswith("copy") and not raced:
            made = add_hold(
                Actor(Archive(home, catalogue, after_the_pause), wang), [office.case], kind="audit", reason="审计"
            )
            raced.append(made.number)

    wang = Person("wang", "王审核", frozenset({Role.EXAMINER}))
    zhao = Person("zhao", "赵审核", frozenset({Role.EXAMINER}))
    report = carry_out(home.path, number, meanwhile=meanwhile)
    assert "blocked" in [task.why for task in report.outcomes[0].tasks] and found_in(home.path, originals)
    assert (home.store / "packages" / name).is_dir()
    release_hold(Actor(Archive(home, catalogue, after_the_pause), wang), raced[0], reason="审毕")

    # A medium that answers with an error is told of; nothing is passed over, and the disposal stays open.
    package = home.store / "packages" / name
    subprocess.run(["mount", "--bind", str(package), str(package)], check=True)
    try:
        report = carry_out(home.path, number)
    finally:
        subprocess.run(["umount", str(package)], check=True)
    assert sorted(task.why for task in report.outcomes[0].tasks) == ["destroy", "destroy", "failed"]
    assert found_in(home.path, originals)
    report = carry_out(home.path, number)
    assert sorted(task.why for task in report.outcomes[0].tasks) == ["destroy", "destroy"], (
        "a medium is not on the list"
    )
    assert found_in(home.path, originals) == [], "bytes of the case are still in the archive"

    # A hold while the disc is still whole: nobody may confirm, what is left stays.
    held = office.json("", "hold", "add", office.case, "--kind", "inquiry", "--reason", "调查")["hold"]["number"]
    with pytest.raises(Refused) as refusal:
        confirm(Actor(Archive(home, catalogue, after_the_pause), wang), number, "LJ-0001", how="粉碎")
    assert refusal.value.code == "disposal.blocked"
    office.json("head", "hold", "release", held, "--reason", "结束")
    assert confirm(Actor(Archive(home, catalogue, after_the_pause), wang), number, "LJ-0001", how="粉碎")[1] is False
    with pytest.raises(NotPermitted):
        confirm(Actor(Archive(home, catalogue, after_the_pause), wang), number, "LJ-0001", how="粉碎")
    assert not carry_out(home.path, number).done, "one person's word was enough"
    assert confirm(Actor(Archive(home, catalogue, after_the_pause), zhao), number, "LJ-0001", how="粉碎")[1] is True
    for who in (wang, zhao):
        confirm(Actor(Archive(home, catalogue, after_the_pause), who), number, "LJ-D1", how="消磁后拆解")
    assert carry_out(home.path, number).done

    shown = office.json("", "disposal", "show", number, "--folder", str(office.papers))
    (stone,) = shown["tombstones"]
    assert {one["medium"]: one["worth"] for one in stone["copies"]}["disc-1"] == "destroyed"
    assert {one["sha256"] for one in stone["files"]} >= set(originals) and stone["people"]["head"] == "head"
    with pikepdf.open(office.papers / f"{number}.pdf") as paper, paper.open_metadata() as about:
        assert about["pdfaid:part"] == "2"
    case = office.json("", "show", office.case)
    assert case["gone"][0]["state"] == "destroyed" and case["description"]["parties"] == []
    assert office.json("", "search", "演出")["hits"] == [], "the text index still tells of it"
    assert office.json("", "list")["cases"] == []
    assert not (home.store / "incoming").exists() or list((home.store / "incoming").iterdir()) == []

    with catalogue.read() as connection, pytest.raises(Refused) as refusal:
        refuse_destroyed(connection, "disc-1")
    assert refusal.value.code == "storage.destroyed-matter"

    # Found again, on a shelf or in the store: it is recognised and does not come back.
    for arguments in (
        ["restore", name, "--from", str(saved), "--to", str(office.papers / "out")],
        ["request", "open", "--capacity", "internal", "--name", "某", "--case", office.case, "--purpose", "x"],
        ["hold", "add", office.case, "--kind", "audit", "--reason", "x"],
    ):
        assert office.run("", *arguments).returncode != 0
    before = office.json("", "show", office.case)
    shutil.copytree(saved, home.store / "packages" / name)
    catalogue.close()
    rebuilt = office.archive.json("catalogue", "rebuild")
    assert "catalogue.destroyed-found" in [one["code"] for one in rebuilt["findings"]]
    assert office.json("", "list")["cases"] == []
    after = office.json("", "show", office.case)
    for key in ("case", "description", "copies", "gone", "retention"):
        assert after[key] == before[key], key
    assert office.archive.run("ledger", "verify").returncode == 0
    assert objid in json.dumps(office.log())
    told = office.json("", "show", office.case, "--history")
    assert told["destroyed"][0]["disposal"] == number and told["copies"] == [] and told["findings"] == []
    assert {"case.registered", "case.destroyed", "disposal.executed"} <= {one["code"] for one in told["events"]}


@pytest.fixture(scope="module")
def partial(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str]:
    office = aged_office(tmp_path_factory.mktemp("partial"), "30-years")
    return office, decide(office, "1")


def test_no_warrant_without_the_whole_decision(partial: tuple[Office, str]) -> None:
    office, number = partial
    home = open_home(office.archive.home)
    catalogue = open_catalogue(home)
    name = office.archive.packages()[0].name
    medium = f"store-{home.settings.archive_id}"
    profile: StorageProfile = read_policy(home.profiles)
    with catalogue.read() as connection, pytest.raises(Refused) as refusal:
        going = Destruction(number, name.partition("_")[0], "", date(2099, 1, 1), 5)
        warrant_for_disposal(connection, profile, going, name, medium, overwrite=True)
    assert refusal.value.code == "disposal.not-yet", "a warrant before execution began"
    with catalogue.read() as connection, pytest.raises(Refused) as refusal:
        going = Destruction("D2099-0001", name.partition("_")[0], "", date(2099, 1, 1), 5)
        warrant_for_disposal(connection, profile, going, name, medium, overwrite=True)
    assert refusal.value.code == "disposal.not-decided"
    catalogue.close()


def test_a_recording_goes_and_its_case_stays_through_kills_at_every_step(partial: tuple[Office, str]) -> None:
    office, number = partial
    home = office.archive.home
    originals = originals_of(office)
    entry = office.json("", "disposal", "show", number)["disposal"]["entries"][0]
    gone = {digest: name for digest, name in originals.items() if name == Path(entry["item"]["path"]).name}
    stays = {digest: name for digest, name in originals.items() if digest not in gone}
    assert len(gone) == 1 and len(found_in(home, gone)) == 1 and len(found_in(home, stays)) >= len(stays)
    kills = 0
    for step in range(1, 40):
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.disposing", str(home), number, str(step)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        kept = {line.rpartition(": ")[2] for line in found_in(home, stays)}
        assert kept == set(stays.values()), f"killed before step {step}: something else is gone"
        if done.returncode == 0:
            assert json.loads(done.stdout)["done"], done.stdout
            break
        assert done.returncode == -9, done.stderr
        kills += 1
    assert kills >= 5
    assert found_in(home, gone) == []
    (package,) = office.archive.packages()
    assert package.name.endswith("_v0002")
    report = verify_package(package)
    assert [one for one in report.findings if one.severity in ("refuse", "error")] == []
    premis = "".join(path.read_text() for path in package.rglob("premis.xml"))
    assert "deletion" in premis and number in premis
    told = office.json("", "retention", "list", "--case", office.case)["rows"]
    assert entry["item"]["item"] not in {one["item"] for one in told}
    assert office.json("", "show", office.case)["gone"][0]["item"] == entry["item"]["item"]
    assert office.json("", "copies", office.case)
    assert office.archive.run("catalogue", "rebuild").returncode == 0
    assert office.json("", "list")["cases"][0]["version"] == 2
    actions = [one["action"] for one in office.log()]
    assert actions.count("case.reduced") == 1 and actions.count("case.destroyed") == 1
    assert actions.count("copy.destroyed") == 1, "a copy was told to be destroyed twice"


def test_who_lifted_a_hold_does_not_propose(partial: tuple[Office, str]) -> None:
    office, number = partial
    home = open_home(office.archive.home)
    catalogue = open_catalogue(home)
    review = office.json("", "disposal", "show", number)["disposal"]["review"]
    both = Person("liu", "刘某", frozenset({Role.ARCHIVIST, Role.EXAMINER}))
    hold = add_hold(Actor(Archive(home, catalogue, after_the_pause), both), [office.case], kind="other", reason="核查")
    with pytest.raises(Refused):
        propose(Actor(Archive(home, catalogue, after_the_pause), both), review, rows=[2])
    release_hold(Actor(Archive(home, catalogue, after_the_pause), both), hold.number, reason="无异常")
    with pytest.raises(NotPermitted):
        propose(Actor(Archive(home, catalogue, after_the_pause), both), review, rows=[2])
    made, _ = propose(Actor(Archive(home, catalogue, after_the_pause), ARCHIVIST), review, rows=[2])
    late = add_hold(
        Actor(Archive(home, catalogue, after_the_pause), both), [office.case], kind="other", reason="再核查"
    )
    proposer = Person("chen", "陈档案", frozenset({Role.EXAMINER}))
    with pytest.raises(NotPermitted):
        release_hold(Actor(Archive(home, catalogue, after_the_pause), proposer), late.number, reason="x")
    assert made.state == "proposed"
    catalogue.close()
