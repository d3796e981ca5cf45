"""The rules that are data as tables."""

from __future__ import annotations

from pathlib import Path

from preserve.messages import speaking
from preserve.services.documents import Sentence
from preserve.services.profiles import DocumentAsked, ListedProfile, ProfileList, ProfileView, WordAsked
from preserve.services.tables import profiles as tables


def test_a_profile_says_what_it_is_for_where_that_is_known() -> None:
    files = [("storage.toml", False), ("cases/market.toml", True), ("mine.toml", True)]
    listed = ProfileList(tuple(ListedProfile(name, Path("/p") / name, own) for name, own in files))
    with speaking("en"):
        storage, market, mine = tables.list_profiles(listed).rows
    assert storage[1] != "—" and market[1] != "—" and mine[1] == "—"
    assert storage[2] != market[2] == mine[2] and mine[3] == "/p/mine.toml"


def test_documents_say_when_they_are_required() -> None:
    always = DocumentAsked("Filing", "Form", False, "", "16", "refuse", ("form",))
    view = ProfileView("cases/market.toml", {}, title="Market")
    rows = (
        always,
        DocumentAsked("Filing", "Note", True, "", "", "note", ()),
        DocumentAsked("F", "N", False, "x", "", "error", ()),
    )
    with speaking("en"):
        shown = tables.documents(ProfileView(view.name, {}, view.title, rows))
    assert shown.title == "Market"
    assert shown.rows[0][0] == "Filing" and shown.rows[0][3:] == ("16", shown.rows[0][4], "form")
    assert shown.rows[2][2] == "x" and len({row[2] for row in shown.rows}) == 3


def test_a_word_says_what_the_rules_make_of_it() -> None:
    asked = Sentence("cli.word-long-term", {"article": "9"})
    word = WordAsked("case_type", "market", "市场", "Market", ("shop", "stall"), (asked,))
    plain = WordAsked("measure", "fine", "罚款", "Fine", (), ())
    with speaking("zh"):
        first, second = tables.words(ProfileView("vocabulary.toml", {}, words=(word, plain))).rows
    assert first[1:5] == ("market", "市场", "Market", "shop stall") and "9" in first[5]
    assert second[4:] == ("", "—")
