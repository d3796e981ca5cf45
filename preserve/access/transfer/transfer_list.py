"""The list of what is transferred (移交清单, PDF/A and xlsx) and the form of transfer and receipt (登记表, PDF/A)."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from preserve.access.transfer.model import Tested, Transfer
from preserve.access.transfer.profile import TransferProfile, read_transfer_profile
from preserve.administration.printing import Section
from preserve.administration.printing.paper import as_pdf
from preserve.clock import zone
from preserve.home import Home
from preserve.messages import bytes_for_people, say, speaking

NAMES = {
    "list": "移交清单.pdf",
    "workbook": "移交清单.xlsx",
    "form": "移交与接收登记表.pdf",
    "digests": "transfer.json",
}
"""The papers beside the packages; a copy of each is kept with the transfer."""

_COLUMNS = (
    "order",
    "archival",
    "case",
    "title",
    "producer",
    "dates",
    "retention",
    "secrecy",
    "files",
    "bytes",
    "folder",
    "sha256",
)
_WIDTHS = (3, 9, 11, 16, 10, 10, 6, 5, 5, 7, 14, 17)
_GIGABYTE = 1e9


@dataclass(frozen=True, slots=True)
class Printed:
    """What the papers tell of: the cases as they are listed, the tests, and the list that programs read, as bytes."""

    transfer: Transfer
    cases: Sequence[dict[str, Any]]
    tests: Sequence[Tested]
    listed: bytes
    moment: datetime
    signed: bool

    @property
    def digest(self) -> str:
        """The digest of the list, which the receiver confirms."""
        return hashlib.sha256(self.listed).hexdigest()


def documents(home: Home, printed: Printed) -> Iterator[tuple[str, bytes]]:
    """Name and content of each paper, in the archive's language."""
    profile = read_transfer_profile(home.profiles)
    moment, author = printed.moment, home.settings.institution
    local = f"{moment.astimezone(zone(home.settings.time_zone)):%Y-%m-%d %H:%M}"
    with speaking(home.settings.language):
        rows = [_row(profile, number, case) for number, case in enumerate(printed.cases, 1)]
        under = say("transfer.under", number=printed.transfer.number, institution=author, moment=local)
        parts = [_about(home, printed), _table(rows), _tests(printed.tests)]
        yield NAMES["list"], as_pdf(say("transfer.list-title"), under, author, moment, parts, wide=True)
        yield NAMES["workbook"], _workbook(rows, printed.digest, under, moment)
        yield NAMES["form"], as_pdf(say("transfer.form-title"), under, author, moment, [_form(home, printed)])


def _size(cases: Sequence[dict[str, Any]]) -> tuple[int, int]:
    files = [file for case in cases for file in case["files"]]
    return len(files), sum(file["size"] for file in files)


def _row(profile: TransferProfile, number: int, case: dict[str, Any]) -> tuple[str, ...]:
    top = case["files"][0]["path"].partition("/")[0] if case["files"] else ""
    return (
        str(number),
        case["archival_number"] or "—",
        case["case_number"],
        case["title"],
        case["producer"],
        f"{case['started'] or '—'} – {case['closed'] or '—'}",
        profile.retention.get(case["retention"], case["retention"]),
        profile.secrecy.get(case["classification"], case["classification"]),
        str(len(case["files"])),
        bytes_for_people(sum(file["size"] for file in case["files"])),
        top,
        case["manifest_sha256"],
    )


def _heads() -> tuple[str, ...]:
    return tuple(say(f"transfer.head-{name}") for name in _COLUMNS)


def _about(home: Home, printed: Printed) -> Section:
    transfer, cases, digest = printed.transfer, printed.cases, printed.digest
    files, size = _size(cases)
    lines = [
        say("transfer.about", institution=home.settings.institution, archive=transfer.archive, basis=transfer.basis),
        say(
            "transfer.about-size",
            cases=len(cases),
            files=files,
            size=bytes_for_people(size),
            form=say(f"transfer.form-{transfer.form}"),
        ),
        say("transfer.about-digest", digest=digest),
    ]
    if transfer.form == "eep":
        lines.append(say("transfer.about-signed" if printed.signed else "transfer.about-unsigned"))
    return Section(say("transfer.about-title"), "\n".join(lines))


def _table(rows: Sequence[tuple[str, ...]]) -> Section:
    return Section(
        say("transfer.list"),
        say("transfer.list-words"),
        _heads(),
        tuple((*row[:-1], _grouped(row[-1])) for row in rows),
        widths=_WIDTHS,
    )


def _grouped(digest: str) -> str:
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def _tests(tests: Sequence[Tested]) -> Section:
    heads = tuple(say(f"report.head-{name}") for name in ("property", "item", "result", "basis"))
    rows = tuple(
        (
            say(f"report.{test.kind}"),
            say(f"transfer.item-{test.item}"),
            say(f"transfer.result-{test.result}"),
            test.basis,
        )
        for test in tests
    )
    return Section(say("transfer.tests"), say("transfer.tests-words"), heads, rows, widths=(2, 4, 2, 12))


def _form(home: Home, printed: Printed) -> Section:
    transfer, cases, digest = printed.transfer, printed.cases, printed.digest
    files, size = _size(cases)
    passed = {kind: _passed(printed.tests, kind) for kind in ("authenticity", "integrity", "usability", "security")}
    folders = [case["files"][0]["path"].partition("/")[0] for case in cases if case["files"]]
    blank, signed = " ", "\n\n" + say("transfer.date-line")
    rows = (
        (say("transfer.work"), f"{home.settings.institution} {transfer.number}", blank),
        (
            say("transfer.contents"),
            say("transfer.contents-words", basis=transfer.basis, form=say(f"transfer.form-{transfer.form}")),
            blank,
        ),
        (say("transfer.count"), say("transfer.count-words", cases=len(cases), files=files), blank),
        (say("transfer.volume"), f"{size / _GIGABYTE:.3f} GB", blank),
        (say("transfer.order"), f"{folders[0]} – {folders[-1]}" if folders else "—", blank),
        (say("transfer.carrier"), say("transfer.carrier-words"), blank),
        (say("transfer.accuracy"), passed["authenticity"], blank),
        (say("transfer.integrity"), passed["integrity"], blank),
        (say("transfer.usability"), passed["usability"], blank),
        (say("transfer.security"), passed["security"], blank),
        (say("transfer.look"), blank, blank),
        (say("transfer.digest"), _grouped(digest), blank),
        (say("transfer.filled-by"), signed, signed),
        (say("transfer.checked-by"), signed, signed),
        (say("transfer.sealed-by"), f"{home.settings.institution}\n{signed}", f"{transfer.archive}\n{signed}"),
    )
    heads = (say("transfer.head-item"), say("transfer.head-giver"), say("transfer.head-receiver"))
    return Section(say("transfer.form-heading"), say("transfer.form-words"), heads, rows, widths=(3, 7, 7))


def _passed(tests: Sequence[Tested], kind: str) -> str:
    own = (test for test in tests if test.kind == kind)
    return "\n".join(f"{say(f'transfer.item-{test.item}')}：{say(f'transfer.result-{test.result}')}" for test in own)


def _workbook(rows: Sequence[tuple[str, ...]], digest: str, under: str, moment: datetime) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": moment.replace(tzinfo=None)})
    sheet = book.add_worksheet(say("transfer.list"))
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, under, bold)
    sheet.write_string(1, 0, say("transfer.about-digest", digest=digest))
    for column, (head, width) in enumerate(zip(_heads(), _WIDTHS, strict=True)):
        sheet.write_string(3, column, head, bold)
        sheet.set_column(column, column, width * 1.6, wrap)
    for number, row in enumerate(rows, 4):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value, wrap)
    sheet.freeze_panes(4, 0)
    book.close()
    return buffer.getvalue()
