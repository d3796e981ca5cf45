"""Which paper is of which case, and what a case's lines say."""

from __future__ import annotations

from preserve.ingest.foreign.handover_cases import cases_of, described
from preserve.ingest.foreign.handover_files import Record
from preserve.ingest.foreign.handover_lines import Line, Said, line_of
from preserve.ingest.foreign.handover_profile import read_handover

PROFILE = read_handover(None)


def line(volume: bool = False, **raw: str) -> Line:
    return line_of(raw, PROFILE, "c.xml", volume=volume)


def records(*numbers: str, **raw: str) -> list[Record]:
    return [Record(line(档号=number, **raw), [f"{number}.txt"]) for number in numbers]


def test_papers_are_of_the_volume_that_the_catalogue_lists() -> None:
    said = Said(lines=[line(True, 档号="J1-2026-001", 题名="甲案", 保管期限="永久"), line(True, 档号="J1-2026-002")])
    found = cases_of(said, records("J1-2026-001-1", "J1-2026-001-2", "J1-2026-002-1"), [])
    assert [(case.number, len(case.records)) for case in found] == [("J1-2026-001", 2), ("J1-2026-002", 1)]
    assert described(found[0], said, PROFILE, set())["retention"] == "permanent"


def test_by_volume_the_last_part_is_the_papers_own_and_by_item_the_number_is_the_cases() -> None:
    assert [case.number for case in cases_of(Said(), records("J1-ZY·2026-001-001", "J1-ZY·2026-001-002"), [])] == [
        "J1-ZY·2026-001"
    ]
    assert len(cases_of(Said(), records("A439-WS·2015-003", "A439-WS·2015-004"), [])) == 2


def test_papers_that_name_their_case_belong_together() -> None:
    (case,) = cases_of(Said(), records("文罚字1号-001", "文罚字1号-002", 案号="文罚字1号"), [])
    assert (case.number, case.case_number) == ("文罚字1号", "文罚字1号")


def test_a_file_that_no_line_means_goes_with_the_case_in_whose_folder_it_lies() -> None:
    found = cases_of(Said(), records("J1-ZY-001-1", "J1-ZY-002-1"), [("p/J1-ZY-002-7/x", "J1-ZY-002-7/x"), ("y", "y")])
    assert [case.loose for case in found] == [["y"], ["p/J1-ZY-002-7/x"]]


def test_values_that_mean_nothing_are_named_and_fill_nothing() -> None:
    unknown: set[str] = set()
    (case,) = cases_of(Said(), records("J1-ZY-001-1", 日期="2026年春", 密级="？", 保管期限="15年"), [])
    content = described(case, Said(), PROFILE, unknown)
    assert unknown == {"2026年春", "？", "15年"}
    assert not {"start", "closed", "retention", "classification"} & content.keys()


def test_the_strictest_and_the_longest_count_for_the_whole() -> None:
    (case,) = cases_of(
        Said(),
        [
            *records("J1-ZY-001-1", 密级="非密", 保管期限="10年", 页数="3页", 日期="20260102"),
            *records("J1-ZY-001-2", 密级="商业秘密", 保管期限="D30", 日期="2026.3.4"),
        ],
        [],
    )
    content = described(case, Said(), PROFILE, set())
    assert (content["classification"], content["retention"]) == ("commercial-secret", "30-years")
    assert (content["start"], content["closed"]) == ("2026-01-02", "2026-03-04")
    assert content["objects"][0] == {
        "file": "J1-ZY-001-1.txt",
        "date": "2026-01-02",
        "retention": "10-years",
        "classification": "internal",
        "pages": "3",
    }
