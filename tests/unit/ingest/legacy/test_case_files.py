"""Which files make up a case: nearest match first, the same bytes once, what is damaged apart."""

from __future__ import annotations

from preserve.ingest.legacy.case_files import gather
from preserve.ingest.legacy.plans import Decision, Head, Plan
from preserve.ingest.legacy.records import BadRange, Carrier, Cell, FoundFile, ListedCase, Match


def plan(files: list[FoundFile], matches: list[Match], digests: dict[tuple[str, str], str] | None = None) -> Plan:
    cases = tuple(ListedCase(f"第{n}号", f"k{n}", (Cell("s", n),)) for n in range(2))
    carriers = tuple(Carrier(name, "folder", f"/{name}") for name in ("C1", "C2"))
    head = Head("20260101-1", "2026-01-01T00:00:00Z", "a", "list.xlsx", "0" * 64, "cases")
    return Plan(
        head, carriers, {"C1": "x", "C2": ""}, cases, tuple(files), tuple(matches), (), (files[-1],), (), digests or {}
    )


def paths(made: Plan, case: int, *decisions: Decision) -> list[str]:
    return [one.path for one in gather(made, decisions, {})[case].files]


def test_an_inner_folder_belongs_to_its_own_case() -> None:
    files = [FoundFile("C1", "a/x.txt", 1), FoundFile("C1", "a/b/y.txt", 1), FoundFile("C1", "ab/z.txt", 1)]
    made = plan(files, [Match(0, "C1", "a/", "folder", "certain"), Match(1, "C1", "a/b/", "folder", "likely")])
    assert (paths(made, 0), paths(made, 1)) == (["x.txt"], ["y.txt"])


def test_the_same_bytes_on_two_carriers_are_kept_once_and_within_one_folder_twice() -> None:
    files = [FoundFile("C1", "a/x", 5), FoundFile("C1", "a/x.bak", 5), FoundFile("C2", "b/x", 5)]
    matches = [Match(0, "C1", "a/", "folder", "certain"), Match(0, "C2", "b/", "folder", "certain")]
    made = plan(files, matches, {(one.carrier, one.path): "d" for one in files})
    kept = gather(made, (), {})[0].files
    assert [(one.path, one.also) for one in kept] == [("x", (("C2", "b/x"),)), ("x.bak", ())]


def test_other_bytes_of_one_name_stand_below_their_carrier() -> None:
    files = [FoundFile("C1", "a/x", 5), FoundFile("C2", "b/X", 6)]
    matches = [Match(0, "C1", "a/", "folder", "certain"), Match(0, "C2", "b/", "folder", "certain")]
    assert paths(plan(files, matches), 0) == ["x", "C2/X"]


def test_a_question_is_no_match_until_somebody_says_so() -> None:
    made = plan([FoundFile("C1", "a/x", 5)], [Match(0, "C1", "a/", "party", "question")])
    assert gather(made, (), {}) == {}
    assert paths(made, 0, Decision("C1", "a/", "yes", "k0")) == ["x"]


def test_a_damaged_file_stays_behind_unless_somebody_takes_it_as_it_is() -> None:
    made = plan([FoundFile("C1", "a/x", 5)], [Match(0, "C1", "a/", "folder", "certain")])
    bad = {("C1", "a/x"): (BadRange("a/x", 2, 2),)}
    case = gather(made, (), bad)[0]
    assert (case.files, len(case.damaged)) == ((), 1)
    case = gather(made, (Decision("C1", "a/x", "damaged"),), bad)[0]
    assert (case.files[0].gaps, case.damaged) == (bad["C1", "a/x"], ())
