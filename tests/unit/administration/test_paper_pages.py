"""Pages on paper, as far as a file says so."""

from __future__ import annotations

from preserve.administration.paper_pages import pages_of


def test_a_file_says_its_pages_a_picture_is_one_and_others_are_not_known() -> None:
    assert [pages_of("a.pdf", {"Pages": "12"}), pages_of("a.TIF", {}), pages_of("a.docx", {"Pages": "x"})] == [12, 1, 0]
