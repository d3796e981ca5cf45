"""What a request comes down to, and what stands against giving it."""

from __future__ import annotations

import hashlib

import pytest

from preserve.access.requests.model import Concern, Consumer, Form, Selected, Wanted
from preserve.access.requests.profile import read_requests_profile
from preserve.access.requests.selecting import HeldCase, find_concerns, read_case, resolve
from preserve.description.fixed_values import Classification
from preserve.errors import NotFound
from tests.support.asking import PAPER, PICTURE, Counter

PARTY = "临江星光文化传播有限公司"


@pytest.fixture(scope="module")
def case(counter: Counter) -> HeldCase:
    with counter.archive.catalogue.read() as connection:
        return read_case(counter.archive.home, connection, counter.case)


def resolved(
    counter: Counter, case: HeldCase, apart: tuple[str, ...] = (), form: Form = "original", **wish: str
) -> list[Selected]:
    wanted = Wanted(objid=case.objid, case_number=counter.case, form=form, **wish)  # type: ignore[arg-type]
    with counter.archive.catalogue.read() as connection:
        return list(resolve(connection, wanted, case, apart))


def test_a_case_is_found_by_its_number_and_its_identifier(counter: Counter, case: HeldCase) -> None:
    assert (case.objid, case.package) == (counter.objid, f"{counter.objid}_v0001")
    assert set(case.originals) == {"case.json", "笔录.txt", "决定书.txt", PICTURE, PAPER}
    with counter.archive.catalogue.read() as connection:
        assert read_case(counter.archive.home, connection, counter.objid) == case
        with pytest.raises(NotFound):
            read_case(counter.archive.home, connection, "临文综罚〔2026〕78号")
    about = case.about(" 笔录.txt")
    assert about is not None and about.classification is Classification.PRIVACY
    assert case.about("没有.txt") is None


def test_a_whole_case_a_stage_or_one_object(counter: Counter, case: HeldCase) -> None:
    assert {file.path for file in resolved(counter, case)} == set(case.originals)
    assert [file.path for file in resolved(counter, case, stage="decision")] == ["决定书.txt"]
    (paper,) = resolved(counter, case, object=PAPER)
    store = counter.archive.home.store / "packages" / paper.package / "data" / paper.objid
    data = (store / "representations" / paper.representation / paper.file).read_bytes()
    assert (len(data), hashlib.sha256(data).hexdigest()) == (paper.size, paper.sha256)
    for wish in ({"object": "没有.pdf"}, {"stage": "execution"}):
        with pytest.raises(NotFound, match=r"request\.nothing-there"):
            resolved(counter, case, **wish)


def test_a_copy_is_given_where_there_is_one_and_else_the_original(counter: Counter, case: HeldCase) -> None:
    form = {file.path: file.representation for file in resolved(counter, case, form="preservation")}
    assert form["决定书.txt"] == "preservation", "of a text in GB 18030 there is one in UTF-8"
    assert form["笔录.txt"] == "original"


def test_what_is_no_evidence_is_given_only_to_who_asks_for_it(counter: Counter, case: HeldCase) -> None:
    bare = HeldCase(
        case.objid,
        case.package,
        case.description.model_copy(update={"objects": case.description.objects[:3]}),
        case.originals,
    )
    assert PAPER not in {file.path for file in resolved(counter, bare, (PAPER,))}
    assert [file.path for file in resolved(counter, bare, (PAPER,), object=PAPER)] == [PAPER]
    assert PAPER in {file.path for file in resolved(counter, bare, (PAPER,), form="package")}
    assert PAPER in {file.path for file in resolved(counter, case, (PAPER,))}, "it is described, so it is evidence"


def concerns(
    counter: Counter,
    case: HeldCase,
    capacity: str,
    name: str,
    redacted: tuple[str, ...] = (),
    left_out: tuple[str, ...] = (),
) -> list[Concern]:
    profile = read_requests_profile(counter.archive.home.profiles).of(capacity)
    consumer = Consumer(name=name, capacity=capacity)
    return list(find_concerns(consumer, profile, [case], resolved(counter, case), redacted, left_out))


def test_a_party_sees_its_own_case_without_the_privacy_of_others(counter: Counter, case: HeldCase) -> None:
    (private,) = concerns(counter, case, "party", PARTY)
    assert (private.code, private.object, private.article) == ("request.restricted-privacy", "笔录.txt", "20")
    stranger, _ = concerns(counter, case, "party", "某路人")
    assert (stranger.code, stranger.article) == ("request.not-concerned", "21")
    assert concerns(counter, case, "court", "张法官") == []
    for redacted, left_out, solved in (
        (("笔录.txt",), (), "redacted"),
        ((), ("笔录.txt",), "left-out"),
        ((PAPER,), (PAPER,), ""),
    ):
        (concern,) = concerns(counter, case, "party", PARTY, redacted, left_out)
        assert concern.solved == solved


def test_a_state_secret_is_not_solved_by_redaction(counter: Counter, case: HeldCase) -> None:
    secret = case.description.objects[3].model_copy(update={"classification": Classification.STATE_SECRET})
    objects = (*case.description.objects[:3], secret)
    held = HeldCase(case.objid, case.package, case.description.model_copy(update={"objects": objects}), case.originals)
    (concern,) = concerns(counter, held, "court", "张法官", (PAPER,))
    assert (concern.code, concern.solved) == ("request.restricted-state-secret", "")
    (concern,) = concerns(counter, held, "court", "张法官", (), (PAPER,))
    assert concern.solved == "left-out"
