"""A report for people as headings, sentences, tables and pictures: printed as a page and as PDF/A."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, a sentence, a table (heads and rows) and a picture (SVG); what is empty is left out.

    `fresh`: on paper it begins a new page.
    `widths` are shares of the columns where they should not be chosen by what stands in them, which for thousands of
    rows takes long.
    """

    title: str
    words: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    picture: str = ""
    bad: bool = False
    fresh: bool = False
    widths: tuple[int, ...] = ()
