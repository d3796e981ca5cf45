"""Rows of a list matched to what lies on carriers: every match with its basis, and questions where there are several."""

from __future__ import annotations

from preserve.ingest.legacy.matching import files_of, match
from preserve.ingest.legacy.records import Carrier, CaseList, FoundFile, ListedCase, ListedPlace, Match, Matched


def case(number: int, archival: str = "", place: ListedPlace | None = None, **facts: str) -> ListedCase:
    """A case of the list."""
    written = f"文罚字〔2012〕{number}号"
    return ListedCase(written, written, (), facts, archival_number=archival, located=(place,) if place else ())


def lying(paths: list[str]) -> list[FoundFile]:
    """Files by `carrier:path`."""
    return [FoundFile(carrier, path, 1) for carrier, _, path in (one.partition(":") for one in paths)]


def found(cases: list[ListedCase], paths: list[str], carriers: tuple[Carrier, ...] = ()) -> Matched:
    """What fits; paths are `carrier:path`."""
    files = lying(paths)
    return match(CaseList("cases", tuple(cases)), files, carriers)


def said(matched: Matched) -> set[tuple[int, str, str, str]]:
    """The matches in short."""
    return {(one.case, one.path, one.basis, one.certainty) for one in matched.matches}


def test_a_folder_named_by_the_case_number_is_that_case() -> None:
    matched = found(
        [case(1), case(11)], ["d:2012/001 文罚字(2012)第1号 张某/立案.pdf", "d:x/文罚字[2012]11号.pdf", "d:z.pdf"]
    )
    assert said(matched) == {
        (0, "2012/001 文罚字(2012)第1号 张某/", "case-number", "certain"),
        (1, "x/文罚字[2012]11号.pdf", "case-number", "certain"),
    }
    assert [file.path for file in matched.unlisted] == ["z.pdf"]
    assert matched.missing == ()


def test_a_number_of_two_bodies_is_a_question() -> None:
    cases = [case(1), ListedCase("京文罚〔2012〕1号", "x", ())]
    matched = found(cases, ["d:〔2012〕1号/a.pdf"])
    assert said(matched) == {
        (0, "〔2012〕1号/", "case-number", "question"),
        (1, "〔2012〕1号/", "case-number", "question"),
    }
    assert [one.code for one in matched.findings] == ["legacy.match-several"]
    assert files_of(matched, [FoundFile("d", "〔2012〕1号/a.pdf", 1)]) == {}
    assert said(found([case(1)], ["d:〔2012〕1号/a.pdf"])) == {(0, "〔2012〕1号/", "case-number", "likely")}


def test_the_number_of_another_case_below_a_folder_is_a_question_and_goes_to_nobody() -> None:
    paths = [
        "d:文罚字〔2012〕1号/a.pdf",
        "d:文罚字〔2012〕1号/引用文罚字〔2012〕2号.pdf",
        "d:文罚字〔2012〕1号/〔2012〕2号.pdf",
    ]
    matched = found([case(1), case(2)], paths)
    assert (1, "文罚字〔2012〕1号/引用文罚字〔2012〕2号.pdf", "case-number", "question") in said(matched)
    files = lying(paths)
    assert files_of(matched, files) == {0: [files[0], files[2]]}


def test_archival_numbers_and_titles() -> None:
    cases = [
        case(1, "J019-3-012"),
        case(2, title="李某擅自经营案"),
        case(3, title="同名案件"),
        case(4, title="同名案件"),
    ]
    matched = found(cases, ["d:J019-3-12/a", "d:003李某擅自经营案/b", "d:J019－3－012.pdf", "d:同名案件/c"])
    assert said(matched) == {
        (0, "J019-3-12/", "archival-number", "likely"),
        (1, "003李某擅自经营案/", "title", "likely"),
        (0, "J019－3－012.pdf", "archival-number", "certain"),
        (2, "同名案件/", "title", "question"),
        (3, "同名案件/", "title", "question"),
    }


def test_a_party_is_never_more_than_a_question() -> None:
    cases = [case(1, parties="张三丰", closed="2012-03-05"), case(2, parties="张三丰、某公司")]
    matched = found(cases, ["d:20120305张三丰.jpg", "d:某公司/x.jpg"])
    assert said(matched) == {(0, "20120305张三丰.jpg", "party-date", "question"), (1, "某公司/", "party", "question")}
    assert matched.missing == ()


def test_columns_of_the_list_say_where_files_lie() -> None:
    carriers = (Carrier("d1", "folder", "/m/盘一", label="CD-001"), Carrier("d2", "image", "/m/2.iso", label="CD-002"))
    cases = [
        case(1, place=ListedPlace(disc="cd 001", file="a.mp4")),
        case(2, place=ListedPlace(disc="CD-002")),
        case(3, place=ListedPlace(path="E:\\录像\\三号\\")),
        case(4, place=ListedPlace(file="same")),
        case(5, place=ListedPlace(disc="CD-009")),
    ]
    paths = ["d1:a.mp4", "d2:a.mp4", "d1:录像/三号/x.mp4", "d1:p/same.avi", "d1:q/same.avi"]
    matched = found(cases, paths, carriers)
    assert said(matched) == {
        (0, "a.mp4", "file", "certain"),
        (1, "", "disc", "certain"),
        (2, "录像/三号/", "path", "certain"),
        (3, "p/same.avi", "file", "question"),
        (3, "q/same.avi", "file", "question"),
    }
    assert matched.missing == (4,)
    files = lying(paths)
    assert files_of(matched, files) == {0: [files[0]], 1: [files[1]], 2: [files[2]]}


def test_a_disc_of_several_cases_does_not_hide_that_one_of_them_is_missing() -> None:
    cases = [case(number, place=ListedPlace(disc="CD-001")) for number in (1, 2, 3)]
    paths = ["CD-001:文罚字〔2012〕1号/a.mp4", "CD-001:文罚字〔2012〕2号/a.mp4"]
    matched = found(cases, paths)
    assert {(one.case, one.certainty) for one in matched.matches} == {(0, "certain"), (1, "certain")}
    assert matched.missing == (2,)
    matched = found(cases, [*paths, "CD-001:无名/a.mp4"])
    assert (2, "", "disc", "question") in said(matched)
    assert matched.missing == ()
    assert not matched.unlisted


def test_two_rows_that_name_one_file_are_a_question() -> None:
    matched = found([case(1, place=ListedPlace(file="a.mp4")), case(2, place=ListedPlace(file="a.mp4"))], ["d:a.mp4"])
    assert {one.certainty for one in matched.matches} == {"question"}
    assert len(matched.matches) == 2


def test_thousands_of_files_and_rows_fit() -> None:
    cases = [case(number, place=ListedPlace(disc=f"{number % 40}", file=f"v{number}.mp4")) for number in range(1, 1001)]
    paths = [f"d:2012/文罚字(2012){number}号/v{number}_{part}.mp4" for number in range(1, 1001) for part in range(5)]
    matched = found(cases, paths)
    assert len(matched.matches) == 1000
    assert not matched.missing
    assert not matched.unlisted
    assert isinstance(matched.matches[0], Match)
