"""The list of an appraisal on paper (PDF/A) and as a workbook that a member fills in and hands back."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from preserve.administration.appraisal.model import ACTIONS, Action, Item, Opinion, Review
from preserve.administration.printing import Section
from preserve.administration.printing.paper import as_pdf
from preserve.administration.retention.profile import RetentionProfile
from preserve.administration.retention.wording import rule_name
from preserve.archival_storage.opening import kind_word
from preserve.clock import zone
from preserve.description.fixed_values import Classification
from preserve.description.hostile import hostile
from preserve.description.labels import label_of
from preserve.description.vocabulary import Vocabulary, read_vocabulary
from preserve.errors import Refused
from preserve.home import Home
from preserve.messages import LANGUAGES, bytes_for_people, listed, say, speaking

COLUMNS = (
    "row",
    "case",
    "archival",
    "title",
    "what",
    "closed",
    "classification",
    "rule",
    "due",
    "files",
    "size",
    "uses",
    "copies",
    "signals",
    "blocks",
)
"""The facts of an item, in the order of `cells`."""
_WIDE = (6, 22, 16, 40, 24, 12, 12, 20, 12, 8, 10, 8, 24, 20, 20)
_FILLED = ("decision", "until", "why")


@dataclass(frozen=True, slots=True)
class Names:
    """What rules and signs of value are called in the language in use, by their names in the profiles."""

    rules: Mapping[str, str]
    signals: Mapping[str, str]


def names_in(home: Home, profile: RetentionProfile, review: Review) -> Names:
    """The names of whatever this review speaks of."""
    vocabulary = read_vocabulary(home.profiles)
    rules = dict.fromkeys(item.rule for item in review.items)
    signals = dict.fromkeys(name for item in review.items for name in item.signals)
    return Names(
        {rule: rule_name(profile, rule) for rule in rules},
        {name: signal_name(profile, vocabulary, name) for name in signals},
    )


def cells(names: Names, item: Item) -> tuple[str, ...]:
    """The facts of one item as people read them."""
    return (
        str(item.row),
        item.case_number,
        item.archival_number or "—",
        item.title,
        item.path or say("retention.the-case"),
        item.closed or "—",
        label_of(Classification(item.classification)),
        names.rules[item.rule],
        item.due,
        str(item.files),
        bytes_for_people(item.size),
        str(item.requests),
        listed(medium_name(copy) for copy in item.copies) or "—",
        listed(names.signals[name] for name in item.signals) or "—",
        listed(block_name(block) for block in item.blocks) or "—",
    )


def signal_name(profile: RetentionProfile, vocabulary: Vocabulary, name: str) -> str:
    """What a sign of value is called."""
    if name.startswith("incident:"):
        return vocabulary.label("incident", name.partition(":")[2])
    return next((signal.label.spoken for signal in profile.signal if signal.name == name), name)


def medium_name(text: str) -> str:
    """`optical LJ-0001` in the language in use."""
    kind, _, label = text.partition(" ")
    return f"{kind_word(kind)} {label}"


def block_name(text: str) -> str:
    """`litigation H2026-0001` in the language in use."""
    kind, _, number = text.partition(" ")
    return f"{say(f'retention.hold-{kind}')} {number}"


def heads() -> tuple[str, ...]:
    """The headings of the list."""
    return tuple(say(f"retention.head-{name}") for name in COLUMNS)


def as_paper(home: Home, profile: RetentionProfile, review: Review, moment: datetime) -> bytes:
    """The list, what was said of each item, and the decision, as PDF/A-2b."""
    local = zone(home.settings.time_zone)
    with speaking(home.settings.language):
        names = names_in(home, profile, review)
        parts = [
            Section(
                say("retention.list-title"),
                say("retention.list-words", count=len(review.items), until=str(review.until)),
                heads(),
                tuple(cells(names, item) for item in review.items),
            )
        ]
        if review.appraisals:
            parts.append(_opinions(review))
        if review.approval is not None:
            parts.append(
                Section(
                    say("retention.approval"),
                    say(
                        "retention.approved-by",
                        by=review.approval.by,
                        when=review.approval.when,
                        reason=review.approval.reason or "—",
                    ),
                )
            )
        under = say(
            "retention.under",
            institution=home.settings.institution,
            number=review.number,
            moment=f"{moment.astimezone(local):%Y-%m-%d %H:%M}",
            rules=review.rules_sha256[:16],
        )
        return as_pdf(say("retention.review-title"), under, home.settings.institution, moment, parts, wide=True)


def _opinions(review: Review) -> Section:
    agreed, stopped = review.agreed(), review.objected()
    rows = []
    for item in review.items:
        opinions = [
            f"{member.by}：{_opinion(member.opinions[item.row])}"
            for member in review.appraisals
            if item.row in member.opinions
        ]
        if item.row in stopped:
            outcome = say("retention.objected")
        else:
            outcome = _opinion(agreed[item.row]) if item.row in agreed else say("retention.not-agreed")
        if opinions:
            rows.append((str(item.row), item.case_number, listed(opinions), outcome))
    names = ("row", "case", "opinions", "outcome")
    return Section(say("retention.opinions"), "", tuple(say(f"retention.head-{name}") for name in names), tuple(rows))


def _opinion(opinion: Opinion) -> str:
    words = say(f"retention.action-{opinion.action}")
    if opinion.until is not None:
        words += f" {opinion.until}"
    return say("retention.opinion-why", words=words, why=opinion.why) if opinion.why else words


def as_workbook(home: Home, profile: RetentionProfile, review: Review) -> bytes:
    """The list with three columns to fill in. No text becomes a formula."""
    buffer = io.BytesIO()
    import xlsxwriter  # here, for it takes a tenth of a second, and lists need no workbook

    with (
        speaking(home.settings.language),
        xlsxwriter.Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False}) as book,
    ):
        names = names_in(home, profile, review)
        heading = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True})
        plain = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        fill = book.add_format({"border": 1, "text_wrap": True, "valign": "top", "bg_color": "#FFF8DC"})
        day = book.add_format({"border": 1, "valign": "top", "bg_color": "#FFF8DC", "num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet(review.number)
        headings = (*heads(), *(say(f"retention.head-{name}") for name in _FILLED))
        for place, (name, width) in enumerate(zip(headings, (*_WIDE, 14, 14, 40), strict=True)):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, name, heading)
        for number, item in enumerate(review.items, 1):
            for place, value in enumerate(cells(names, item)):
                sheet.write_string(number, place, value[:32_000], plain)
            sheet.write_blank(number, len(COLUMNS), None, fill)
            sheet.write_blank(number, len(COLUMNS) + 1, None, day)
            sheet.write_blank(number, len(COLUMNS) + 2, None, fill)
        choices = [say(f"retention.action-{name}") for name in ACTIONS]
        last = len(review.items)
        sheet.data_validation(1, len(COLUMNS), last, len(COLUMNS), {"validate": "list", "source": choices})
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, last, len(headings) - 1)
    return buffer.getvalue()


def read_workbook(review: Review, path: Path) -> dict[int, Opinion]:
    """What a member filled in, by the number of the item; rows left empty say nothing. Raises Refused with the cell."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Refused("retention.workbook-unreadable", str(path), reason=error.strerror or str(error)) from error
    if findings := list(hostile(data)):
        raise Refused("retention.workbook-unreadable", str(path), findings=findings, reason=say(findings[0].code))
    import openpyxl  # here, as above

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception as error:
        raise Refused("retention.workbook-unreadable", str(path), reason=str(error)) from error
    if review.number not in book.sheetnames:
        raise Refused("retention.workbook-other", str(path), number=review.number)
    known: dict[str, Action] = {}
    for language in LANGUAGES:
        with speaking(language):
            known |= {say(f"retention.action-{name}"): name for name in ACTIONS}
    opinions: dict[int, Opinion] = {}
    first = len(COLUMNS)
    for line, row in enumerate(book[review.number].iter_rows(min_row=2, values_only=True), 2):
        values = list(row) + [None] * (first + 3 - len(row))
        word, until, why = (values[first + place] for place in range(3))
        if word is None or not str(word).strip():
            continue
        item = review.item(int(str(values[0]))) if str(values[0] or "").isdigit() else None
        if item is None or item.case_number != values[1] or str(word).strip() not in known:
            raise Refused("retention.workbook-cell", str(path), line=line)
        opinions[item.row] = Opinion(
            action=known[str(word).strip()], until=_day(until, path, line), why=str(why or "").strip()
        )
    return opinions


def _day(value: Any, path: Path, line: int) -> date | None:
    if value is None or not str(value).strip():
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip().replace("/", "-"))
    except ValueError as error:
        raise Refused("retention.workbook-cell", str(path), line=line) from error
