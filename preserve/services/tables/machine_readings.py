"""What machines read as tables: cases, files, and what was found in one file."""

from __future__ import annotations

from collections.abc import Iterator

from preserve.machine_reading.records import ClockShown, Engine, Heard, PageText, Place, Record, Stretch, Unread, Voice
from preserve.messages import listed, say
from preserve.services.machine_reading_views import ReadingList, ReadingShown
from preserve.services.tables import Table, cells, table


def list_readings(result: ReadingList) -> Table:
    """Cases, the newest first."""
    return table(
        "number title read unread failed what objid",
        (
            cells(
                case.case_number,
                case.title,
                str(case.read),
                str(case.unread),
                str(case.failed),
                listed([say(f"reading.what-{what}") for what in case.what]) if case.what else "",
                case.objid,
            )
            for case in result.cases
        ),
    )


def files(result: ReadingShown) -> Table:
    """Files of a case, and by what each was read."""
    return table(
        "file what count unread engine why",
        (
            cells(
                file.name,
                say(f"reading.what-{file.what}"),
                str(file.records),
                str(file.unread),
                named(file.engine),
                file.code and say(file.code),
            )
            for file in result.files
        ),
    )


def named(engine: Engine) -> str:
    """An engine as people are told of it: the program, the model, and the beginning of the model's digest."""
    return " ".join(filter(None, (engine.tool, engine.model, engine.digest[:12])))


def records(result: ReadingShown) -> Table:
    """What was found in one file, line by line, with how sure the machine was."""
    return table("place text score", (row for record in result.records for row in _rows(record)))


def _rows(record: Record) -> Iterator[tuple[str, ...]]:
    match record:
        case PageText():
            for line in record.lines:
                yield cells(say("reading.page", page=record.page), line.text, f"{line.score:.2f}")
        case Heard():
            held_back = say(f"reading.doubt-{record.doubt}") if record.doubt else ""
            yield cells(span(record.start, record.end), record.text or held_back, "")
        case Voice():
            for start, end in record.spans:
                yield cells(span(start, end), say("reading.what-voice"), "")
        case ClockShown():
            yield cells(span(record.at), record.shows or record.text, f"{record.score:.2f}")
        case Stretch():
            yield cells(span(record.start, record.end), say(f"reading.stretch-{record.what}"), "")
        case Place():
            where = say("reading.page", page=record.page) if record.page else span(record.at, record.end)
            yield cells(where, say(f"reading.place-{record.what}"), f"{record.score:.2f}")
        case Unread():
            where = say("reading.page", page=record.page) if record.page else ""
            yield cells(where, say(record.code), "")


def span(start: float, end: float = 0.0) -> str:
    """A moment of a recording, or from when to when: `0:04`, `0:04–1:10`."""
    moments = [start, end] if end > start else [start]
    return "–".join(f"{int(at) // 60}:{int(at) % 60:02d}" for at in moments)
