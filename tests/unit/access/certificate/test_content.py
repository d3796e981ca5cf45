"""What stands on a certificate: in both languages, with the digests that were delivered, and nothing as a template."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from preserve.access.certificate.anchoring import Anchored
from preserve.access.certificate.content import Contents, document, number_of
from preserve.access.certificate.words import Pair
from preserve.access.dip.contents import Given
from preserve.access.requests.profile import read_requests_profile
from preserve.access.requests.selecting import read_case
from preserve.administration.signing import SignerFacts
from preserve.data_management import checkpoints
from tests.support.asking import PAPER, Counter

DIP = "dip-01jd0000000000000000000007"
MOMENT = datetime(2026, 3, 12, 1, 30, 15, tzinfo=UTC)
SIGNER = SignerFacts("某局", "某机构", "01" * 8, "ef" * 32, MOMENT, MOMENT, test=True)


@pytest.fixture(scope="module")
def about(counter: Counter) -> Contents:
    request = counter.approved()
    assert request.examination is not None
    with counter.archive.catalogue.read() as connection:
        case = read_case(counter.archive.home, connection, counter.objid)
        made = checkpoints.read_checkpoints(connection)[-1]
    given = [
        Given(
            number,
            f"representations/original/data/{file.path}",
            "original",
            file,
            case.about(file.path),
            file.size,
            {"sha256": file.sha256, "sm3": "34" * 32},
        )
        for number, file in enumerate(request.examination.selection, 1)
    ]
    capacity = read_requests_profile(None).of("court")
    anchored = Anchored(7, b"\1" * 32, (b"\2" * 32,), made, "ab" * 32)
    home = counter.archive.home
    return Contents(
        home,
        DIP,
        request,
        capacity,
        [case.description],
        given,
        "cd" * 32,
        [],
        anchored,
        SIGNER,
        "",
        {"head": "李局长"},
        MOMENT,
    )


def values(rows: list[dict[str, object]]) -> list[object]:
    return [row["value"] for row in rows]


def pairs(node: object) -> list[Pair]:
    """Everything in both languages, wherever it stands."""
    if isinstance(node, dict):
        if node.keys() == {"zh", "en"}:
            return [node]
        return [pair for value in node.values() for pair in pairs(value)]
    return [pair for value in node for pair in pairs(value)] if isinstance(node, list) else []


def test_its_number_is_the_request_s_with_the_package_s_end(about: Contents) -> None:
    assert number_of(about.request, DIP) == f"{about.request.number}-00000007"
    assert document(about)["number"] == number_of(about.request, DIP)


def test_every_file_with_both_digests_and_where_it_lies(about: Contents) -> None:
    files = document(about)["files"]
    assert [file["path"] for file in files] == [f"data/{DIP}/{given.path}" for given in about.given]
    for file, given in zip(files, about.given, strict=True):
        shown = {digest["name"]: digest["value"].replace(" ", "") for digest in file["digests"]}
        assert shown == {"SHA-256": given.digests["sha256"], "SM3": "34" * 32}
        assert file["notes"] == []


def test_what_was_derived_says_so_and_names_its_source(about: Contents) -> None:
    one = next(given for given in about.given if given.selected.path == PAPER)
    clip = one.selected.model_copy(update={"begin": 70.5, "end": 80.0, "original_sha256": "99" * 32})
    derived = replace(one, selected=clip, event="redaction", made_by="tool 1", representation="redacted")
    plain, made = document(about), document(replace(about, given=[derived]))
    assert plain["statement"][1] != made["statement"][1]
    (file,) = made["files"]
    assert "99999999" in file["digests"][2]["value"]
    assert "tool 1" in file["notes"][0]["en"] and "0:01:10.500" in file["notes"][1]["zh"]


def test_who_asked_who_decided_and_in_whose_place(about: Contents) -> None:
    shown = values(document(about)["facts"])
    assert "张法官" in shown and "举证" in shown
    assert any(isinstance(value, str) and value.endswith("李局长") for value in shown)
    decision = about.request.decision
    assert decision is not None
    deputy = decision.model_copy(update={"by": "wang", "on_behalf_of": "head"})
    request = about.request.model_copy(update={"decision": deputy})
    (approved,) = [
        value
        for value in values(document(replace(about, request=request))["facts"])
        if isinstance(value, dict) and "李局长" in value["zh"]
    ]
    assert "wang" in approved["zh"] and "wang" in approved["en"]


def test_all_is_in_both_languages_and_names_stay_as_they_are(about: Contents) -> None:
    odd = '#import "x" $y$ {name} <script>'
    consumer = about.request.consumer.model_copy(update={"name": odd})
    shown = document(replace(about, request=about.request.model_copy(update={"consumer": consumer})))
    assert odd in values(shown["facts"])
    both = pairs(shown)
    assert len(both) > 40 and all(pair["zh"] and pair["en"] for pair in both)
    assert not any(text.startswith("certificate.") for pair in both for text in pair.values()), (
        "a code without a sentence"
    )


def test_a_test_signer_and_an_absent_time_stamp_are_told(about: Contents) -> None:
    shown, real = document(about), document(replace(about, signer=replace(SIGNER, test=False), stamped_by="时间戳"))
    assert shown["test"] and real["test"] is None
    assert shown["signer"][-1] != real["signer"][-1] and "时间戳" in str(real["signer"][-1])
