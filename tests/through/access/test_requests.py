"""Requests: every transition, every pair of hands, every door around approval."""

from __future__ import annotations

import itertools
import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from demo.papers import PARTY
from preserve.access.requests.model import Consumer, Examination, Request, State
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.profile import RequestsProfile
from preserve.clock import now, zone
from preserve.errors import NotPermitted, Refused
from preserve.profiles import read_profile
from tests.support.office import Office, make_office
from tests.support.program import state_of

pytestmark = pytest.mark.xdist_group("requests")
STATES: tuple[State, ...] = get_args(State)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return make_office(tmp_path_factory.mktemp("office"))


def request_in(state: State, *, opened_by: str = "chen", examined_by: str = "wang") -> Request:
    seen = Examination(by=examined_by, when="2026-01-02T00:00:00Z", opinion="grant", note="", concerns=(), selection=())
    return Request(
        number="2026-0001",
        state=state,
        step=1,
        opened="2026-01-01T00:00:00Z",
        opened_by=opened_by,
        received=date(2026, 1, 1),
        due=date(2026, 1, 16),
        consumer=Consumer(name="张某", capacity="court"),
        papers=(),
        wanted=(),
        purpose="举证",
        examination=None if state == "opened" else seen,
    )


LEGAL = {
    ("opened", "examined"),
    ("opened", "withdrawn"),
    ("examined", "examined"),
    ("examined", "approved"),
    ("examined", "refused"),
    ("examined", "withdrawn"),
    ("approved", "delivered"),
    ("approved", "withdrawn"),
    ("delivered", "returned"),
}


@pytest.mark.parametrize(("state", "to"), list(itertools.product(STATES, [one.deed for one in REQUESTS.steps])))
def test_every_transition(state: State, to: str) -> None:
    if (state, to) in LEGAL:
        REQUESTS.check(request_in(state), to, "li")
    else:
        with pytest.raises(Refused) as caught:
            REQUESTS.check(request_in(state), to, "li")
        assert caught.value.code == "request.step-wrong"


@pytest.mark.parametrize(
    ("to", "account", "behalf"),
    [
        ("examined", "chen", ""),
        ("approved", "chen", ""),
        ("refused", "chen", ""),
        ("approved", "wang", ""),
        ("refused", "wang", ""),
        ("approved", "li", "chen"),
        ("approved", "li", "wang"),
        ("approved", "wang", "li"),
    ],
)
def test_one_person_never_does_what_takes_two(to: str, account: str, behalf: str) -> None:
    state: State = "opened" if to == "examined" else "examined"
    with pytest.raises(NotPermitted):
        REQUESTS.check(request_in(state), to, account, behalf)


def test_from_a_court_to_approval(office: Office) -> None:
    number = office.open("court", "张法官", "--organisation", "临江市人民法院")
    office.json("wang", "request", "examine", number, "--note", "依法提供")
    office.json("head", "request", "approve", number, "--reason", "同意")
    shown = office.json("", "request", "show", number)["request"]
    assert (shown["state"], shown["decision"]["by"], shown["examination"]["by"]) == ("approved", "head", "wang")
    assert len(shown["examination"]["selection"]) == office.archive.json("list")["cases"][0]["files"] or (
        len(shown["examination"]["selection"]) > 3
    )
    entries = [one for one in office.log() if one["subject"] == number]
    steps = [one["action"] for one in entries if one["action"] != "request-record.viewed"]
    assert steps == ["request.opened", "request.examined", "request.approved"]
    assert "张法官" not in json.dumps(entries, ensure_ascii=False), "a consumer's name stands in the ledger"


def test_without_its_papers_a_request_is_not_entered(office: Office) -> None:
    done = office.run(
        "", "request", "open", "--capacity", "court", "--name", "张", "--case", office.case, "--purpose", "举证"
    )
    assert done.returncode == 3
    assert "调取证据通知书" in done.stderr


def test_a_party_only_gets_what_concerns_them(office: Office) -> None:
    stranger = office.open("party", "不相干的人")
    office.json("wang", "request", "examine", stranger)
    done = office.run("head", "request", "approve", stranger)
    assert done.returncode == 3
    assert "不相干的人" in done.stderr
    office.json("wang", "request", "examine", stranger, "--concerned-because", "系当事人更名前的名称，见营业执照")
    office.json("head", "request", "approve", stranger)
    party = json.loads(
        (office.archive.packages()[0] / "data")
        .glob("aip-*")
        .__next__()
        .joinpath("metadata/descriptive/case.json")
        .read_text()
    )["parties"][0]["name"]
    own = office.open("party", party)
    office.json("wang", "request", "examine", own)
    office.json("head", "request", "approve", own)


def test_refused_with_article_and_reason(office: Office) -> None:
    number = office.open()
    office.json("wang", "request", "examine", number, "--against", "--note", "用途不明")
    assert office.run("head", "request", "approve", number).returncode == 3, "approved against the examiner's opinion"
    assert office.run("head", "request", "refuse", number, "--article", "21").returncode == 2
    office.json("head", "request", "refuse", number, "--article", "21", "--reason", "用途不明")
    for step in (["examine"], ["approve"], ["withdraw", "--reason", "x"]):
        who = {"examine": "wang", "approve": "head", "withdraw": ""}[step[0]]
        assert office.run(who, "request", step[0], number, *step[1:]).returncode == 3


@pytest.mark.parametrize("who", ["", "depositor", "wang", "auditor", "system", "security"])
def test_nobody_but_the_head_approves(office: Office, who: str) -> None:
    number = office.open()
    office.json("zhao", "request", "examine", number)
    assert office.run(who, "request", "approve", number).returncode == 6
    assert office.json("", "request", "show", number)["request"]["state"] == "examined"


def deeds(office: Office) -> list[dict[str, Any]]:
    """The entries of the ledger alone."""
    return [one for one in office.log() if "log" not in one]


@pytest.mark.parametrize(
    ("who", "arguments"),
    [
        ("auditor", ["list"]),
        ("system", ["list"]),
        ("security", ["list"]),
        ("depositor", ["list"]),
        ("system", ["search", "演出"]),
        ("security", ["show", "CASE"]),
        ("auditor", ["show", "CASE"]),
        ("system", ["request", "list"]),
        ("security", ["request", "show", "2026-0001"]),
        ("security", ["request", "list"]),
        ("wang", ["ingest", "CASE"]),
        ("head", ["audit", "run"]),
        ("wang", ["replicate"]),
        ("wang", ["user", "add", "x1", "--person", "某", "--role", "head"]),
        ("", ["user", "add", "x1", "--person", "某", "--role", "head"]),
        ("security", ["user", "change", "security", "--role", "head"]),
        ("security", ["request", "approve", "2026-0001"]),
        ("head", ["request", "deliver", "2026-0001", "--output", "x"]),
        ("wang", ["user", "delegate", "zhao", "--until", "2099-01-01", "--reason", "x"]),
        ("", ["restore", "CASE", "--from", "x", "--to", "y"]),
    ],
)
def test_doors_that_stay_shut(office: Office, who: str, arguments: list[str], tmp_path: Path) -> None:
    before = len(deeds(office))
    given = [office.case if word == "CASE" else word for word in arguments]
    if "restore" in given:
        given[given.index("x")] = str(office.archive.home / "store")
        given[given.index("y")] = str(tmp_path / "out")
    done = office.run(who, *given)
    assert done.returncode == 6 or (given[0] == "restore" and done.returncode in (5, 6)), done.stderr
    assert not (tmp_path / "out").exists()
    if given[0] not in ("restore",) and given[:2] != ["user", "change"]:
        added = deeds(office)[before:]
        assert [one["action"] for one in added] == ["access.denied"], "the attempt is not on record"


def test_a_record_that_was_altered_is_not_acted_on(office: Office) -> None:
    number = office.open()
    office.json("wang", "request", "examine", number)
    record = office.archive.home / "store" / "requests" / number / "0002-examined.json"
    whole = record.read_text()
    record.write_text(whole.replace('"opinion": "grant"', '"opinion": "refuse"'))
    assert office.run("head", "request", "approve", number).returncode == 4
    record.write_text(whole)
    assert office.run("head", "request", "approve", number).returncode == 0


def test_delegated_for_a_time(office: Office) -> None:
    number = office.open()
    office.json("wang", "request", "examine", number)
    assert office.run("zhao", "request", "approve", number).returncode == 6
    until = (date.today() + timedelta(days=2)).isoformat()
    office.json("head", "user", "delegate", "zhao", "--until", until, "--reason", "出差")
    office.json("zhao", "request", "approve", number)
    shown = office.json("", "request", "show", number)["request"]["decision"]
    assert (shown["by"], shown["on_behalf_of"]) == ("zhao", "head")
    second = office.open()
    office.json("zhao", "request", "examine", second)
    assert office.run("zhao", "request", "approve", second).returncode == 6, "a deputy decided what they had examined"
    third = office.open()
    office.json("wang", "request", "examine", third)
    office.json("head", "user", "end-delegation", "zhao")
    assert office.run("zhao", "request", "approve", third).returncode == 6
    assert office.run("head", "user", "delegate", "auditor", "--until", until, "--reason", "x").returncode == 3


def _today() -> date:
    """The bureau's day, which is another than this machine's from 16:00 UTC on."""
    return now().astimezone(zone("Asia/Shanghai")).date()


def test_overdue_and_urgent(office: Office) -> None:
    late = office.open("court", "张法官", "--received", (_today() - timedelta(days=40)).isoformat())
    urgent = office.open("court", "张法官", "--urgent", "明日开庭", "--due", _today().isoformat())
    rows = office.json("", "request", "list", "--overdue")["requests"]
    assert [row["number"] for row in rows] == [late]
    assert office.json("", "request", "list")["requests"][0]["number"] == urgent
    office.json("", "request", "withdraw", late, "--reason", "法院撤回")
    assert office.json("", "request", "list", "--overdue")["requests"] == []


def test_the_day_it_is_due_moves_past_holidays(office: Office) -> None:
    received = date(2025, 9, 19)  # fifteen days later lies in the national holidays of 2025 (1 to 8 October)
    number = office.open("court", "张法官", "--received", received.isoformat())
    assert office.json("", "request", "show", number)["request"]["due"] == "2025-10-09"


def test_requests_and_people_survive_a_rebuilt_catalogue(office: Office) -> None:
    before = (office.json("", "request", "list", "--all")["requests"], office.json("security", "user", "list"))
    assert office.archive.run("catalogue", "rebuild").returncode == 0
    after = (office.json("", "request", "list", "--all")["requests"], office.json("security", "user", "list"))
    assert after == before


def test_the_shipped_profile_says_what_the_law_says() -> None:
    profile = read_profile("requests.toml", RequestsProfile)
    assert profile.of("court").due_days == 15  # 行政诉讼法 Art. 67
    assert profile.of("party").concerned
    with pytest.raises(Refused):
        profile.of("journalist")


def test_the_description_with_everybodys_numbers_is_private(office: Office) -> None:
    whole = office.open("party", PARTY)
    office.json("wang", "request", "examine", whole)
    given = office.json("", "request", "show", whole)["request"]["examination"]["selection"]
    assert "case.json" not in {one["path"] for one in given}
    named = office.open("party", PARTY, "--object", "case.json")
    (concern,) = office.json("wang", "request", "examine", named)["concerns"]
    assert (concern["code"], concern["article"]) == ("request.restricted-privacy", "20")
    assert office.run("head", "request", "approve", named).returncode == 3
    assert office.run("wang", "request", "examine", named, "--leave-out", "case.json").returncode == 3, (
        "nothing is left"
    )
    court = office.open("court", "张法官", "--object", "case.json")
    assert office.json("wang", "request", "examine", court)["concerns"] == []


def test_who_withdraws_a_request_is_who_entered_it_or_an_archivist(office: Office) -> None:
    """A depositor could withdraw a court's approved request, for good."""
    number = office.approved()
    for who in ("depositor", "wang", "head"):
        done = office.run(who, "request", "withdraw", number, "--reason", "x")
        assert done.returncode == 6, done.stderr
    own = str(
        office.json(
            "depositor",
            "request",
            "open",
            "--capacity",
            "internal",
            "--name",
            "周",
            "--case",
            office.case,
            "--purpose",
            "x",
        )["number"]
    )
    office.json("depositor", "request", "withdraw", own, "--reason", "x")
    office.json("", "request", "withdraw", number, "--reason", "x")


def test_who_sees_no_cases_gets_one_answer(office: Office) -> None:
    asked = ["request", "open", "--capacity", "internal", "--name", "周", "--purpose", "x"]
    none = office.run("depositor", *asked, "--case", "没有这个案号")
    nothing = office.run("depositor", *asked, "--case", office.case, "--object", "没有这个文件.pdf")
    assert none.returncode == nothing.returncode == 3
    assert none.stderr.replace("没有这个案号", "N") == nothing.stderr.replace(office.case, "N")


@pytest.fixture(scope="module")
def disc(office: Office) -> str:
    """An image of a disc with the case's package."""
    return str(office.json("", "disc", "compose", "--now")["discs"][0]["image"])


def whole_package(office: Office) -> str:
    number = office.open("internal", "法制科", "--form", "package")
    office.json("wang", "request", "examine", number)
    office.json("head", "request", "approve", number)
    return number


@pytest.mark.parametrize("form", ["access", "preservation", "original"])
def test_a_package_leaves_only_where_all_of_it_was_approved(
    office: Office, disc: str, tmp_path: Path, form: str
) -> None:
    """`original` leaves out what is no evidence: the description with everybody's identity numbers."""
    number = office.approved("--form", form)
    done = office.run("", "restore", office.case, "--from", disc, "--to", str(tmp_path / "out"), "--request", number)
    assert done.returncode == 6, done.stderr
    assert not (tmp_path / "out").exists()
    assert office.json("", "request", "show", number)["request"]["state"] == "approved"


def test_a_package_leaves_once_and_the_ledger_says_for_which_request(office: Office, disc: str, tmp_path: Path) -> None:
    number = whole_package(office)
    given = ["restore", office.case, "--from", disc, "--request", number]
    assert office.run("system", *given, "--to", str(tmp_path / "no")).returncode == 6, "keeps bytes, sees no content"
    made = office.json("", *given, "--to", str(tmp_path / "out"))
    (package,) = (tmp_path / "out").iterdir()
    assert (str(package), package.name) == (made["place"], made["name"])
    assert state_of(package).keys() == state_of(office.archive.packages()[0]).keys()
    told = [one for one in office.log() if one["action"] == "package.restored"]
    assert [one["details"]["request"] for one in told] == [number]
    shown = office.json("", "request", "show", number)["request"]
    assert (shown["state"], shown["delivery"]["form"]) == ("delivered", "package")
    assert office.run("", *given, "--to", str(tmp_path / "again")).returncode == 3
    assert not (tmp_path / "again").exists()


def test_what_lies_there_already_is_not_taken_for_the_package(office: Office, disc: str, tmp_path: Path) -> None:
    number = whole_package(office)
    whole = office.archive.packages()[0]
    shutil.copytree(whole, tmp_path / "there" / whole.name)
    given = ["restore", office.case, "--from", disc, "--request", number, "--to", str(tmp_path / "there")]
    assert office.run("", *given).returncode == 3
    assert office.json("", "request", "show", number)["request"]["state"] == "approved"
