"""Cases as tables: a list, what was found, one case, its history, and the files in it."""

from __future__ import annotations

from dataclasses import replace

from preserve.data_management.case_life import EventFacts, FormatCount
from preserve.data_management.cases import DescribedCase
from preserve.data_management.destroyed import Gone
from preserve.data_management.disposal_holds import Block
from preserve.data_management.holdings import CopyRow
from preserve.data_management.search import Hit
from preserve.data_management.versions import Version
from preserve.messages import speaking
from preserve.services.case_history import HistoryEvent
from preserve.services.case_views import CaseView, LedgerEntry, TransferOf
from preserve.services.cases import CaseList, ListedCase, SearchResult
from preserve.services.cases import UnfinishedIngest as Unfinished
from preserve.services.tables import cases as tables
from preserve.services.tables import listed_cases
from preserve.services.viewing import CaseContents, FileShown

FACTS = DescribedCase(
    "o1", "2026-1", "A-1", "无照经营案", "market", "", "Bureau", "internal", None, "2026-03-01", False
)
VIEW = CaseView(
    case=FACTS,
    description={},
    versions=(Version("o1_v2", "o1", 2, 7, 1500, "ab", "2026-04-01"),),
    formats=(FormatCount(1, "original", "fmt/1", "old", 1, 1), FormatCount(2, "original", None, "Wave", 3, 2000)),
    copies=(CopyRow("o1_v2", "m1", "o1", 2, "written", None, None),),
    events=(EventFacts("e1", "o1", 2, "normalization", "2026-04-01", "success", "a\n  b", ""),),
    ledger=(LedgerEntry(1, "t", "li", "case.registered", "o1", {"名": "x" * 200}),),
    sealed=False,
    missing=(),
    retention=(),
    blocks=(Block("litigation", "H-1"), Block("request", "R-2")),
    gone=(Gone("o1", "i1", "D-3", "destroyed", "2030-01-01T00:00:00Z", "ab"),),
    transfers=(TransferOf("T-4", "approved", "2026-05-01"),),
    case_type_name="市场类",
    classification_name="Internal",
    events_more=0,
    ledger_more=0,
    ledger_next="",
    newest_version=2,
)


def test_cases_and_ingests_that_are_not_done_are_listed() -> None:
    case = ListedCase(
        "o1", "2026-1", "A-1", "T", "market", "", "B", "internal", None, False, 1, 7, 1500, 3, case_type_name="Market"
    )
    ingest = Unfinished("i", "o2", "2026-2", "/in", "folder", "", "waiting", "copy", "lossless", "t0", None, "")
    page = CaseList((case,), (ingest,), "", 0)
    with speaking("en"):
        listed, open_ingests = listed_cases.list_cases(page), listed_cases.unfinished(page)
    assert listed.rows == (("2026-1", "T", "Market", "", "1", "3", "1.5 kB", "o1"),), (
        "of pieces only originals are counted"
    )
    assert open_ingests.rows[0][0] == "2026-2" and open_ingests.rows[0][2:] == ("copy", "t0", "/in")
    assert not any(cell.startswith(("cli.", "words.")) for cell in (*open_ingests.rows[0], *open_ingests.heads))


def test_what_was_found_stands_between_brackets() -> None:
    hit = Hit("o1", "2026-1", "T", "", "title", "", "one two three", ((0, 3), (8, 13)))
    with speaking("zh"):
        found_in = listed_cases.search_cases(SearchResult((hit,), more=False, next=""))
    assert found_in.rows[0][-1] == "【one】 two 【three】"
    assert len(found_in.heads) == len(found_in.rows[0])


def test_one_case_shows_what_stands_against_it_and_formats_of_the_newest_version() -> None:
    with speaking("en"):
        facts, versions, formats, copies, events, entries = tables.show(VIEW)
    values = [value for _, value in facts.rows]
    assert values[:7] == ["2026-1", "A-1", "无照经营案", "市场类", "2026-03-01", "Internal", "o1"]
    assert values[7] == "—" and "H-1" in values[8] and "R-2" in values[8]
    assert values[9].endswith("D-3 2030-01-01") and values[10].startswith("T-4 ")
    assert versions.rows == (("2", "o1_v2", "2026-04-01", "7", "1.5 kB"),)
    assert formats.rows == (("original", "—", "Wave", "3", "2.0 kB"),)
    assert copies.rows == (("2", "m1", "written", "—", "—"),)
    assert events.rows[0][0] == "2026-04-01" and events.rows[0][2:] == ("good", "a b")
    assert entries.rows[0][2] == "case registered" and "{" not in entries.rows[0][3]
    assert "xxx" in entries.rows[0][3] and entries.rows[0][3].endswith("…")
    assert all(shown.title for shown in (versions, formats, copies, events, entries))
    with speaking("zh"):
        facts, *_, events, entries = tables.show(VIEW)
    assert dict(facts.rows)["题名"] == "无照经营案"
    assert not events.rows[0][1].isascii() and not entries.rows[0][2].isascii()


def test_an_event_says_who_or_that_nobody_is_named_and_long_accounts_are_cut() -> None:
    event = HistoryEvent(
        3, "w", "2026-04-01 08:00", "ledger", "", "case.registered", "Taken in", "success", "", "short"
    )
    with speaking("en"):
        by_audit = tables._happened(replace(event, source="audit"))
        cut = tables._happened(replace(event, who="li", told="x" * 700))
        nobody = tables._happened(event)
    assert nobody[:3] == ("3", "2026-04-01 08:00", "Taken in") and nobody[4] == "short"
    assert by_audit[3] != nobody[3] and cut[3] == "li"
    converted = replace(event, told="录像.mp4\nffmpeg 7\n$ ffmpeg -i SOURCE RESULT\nSOURCE md5: 1\nproven equal")
    with speaking("en"):
        assert tables._happened(converted)[4] == "录像.mp4\nffmpeg 7\nproven equal"
        assert "$ ffmpeg" in tables._happened(converted, commands=True)[4]
    assert cut[4].startswith("x" * 599 + "… ") and len(cut[4]) < 700


def test_files_show_their_length_where_they_have_one() -> None:
    def file(name: str, length: float) -> FileShown:
        return FileShown(
            name, "video", "inquiry", "i", "p", 1500, "", "", "access", True, "", length, None, "Inquiry", "Inquiry"
        )

    with speaking("en"):
        shown = tables.contents(CaseContents("o1", (file("a.mp4", 61.0), file("b.pdf", 0))))
    assert shown.rows[0][:3] == ("a.mp4", "video", "Inquiry") and "01:01" in shown.rows[0][3]
    assert shown.rows[1][3:] == ("", "1.5 kB")
