"""Lines that runs of a campaign add; which campaigns are not at their end."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import event

from preserve.data_management import ledger
from preserve.services.import_files import ENDED, PLANNED, _lines, add_line, count_unfinished
from tests.support.counted import steps
from tests.support.sessions import founded


def test_a_line_that_a_killed_run_cut_off_spoils_no_other(tmp_path: Path) -> None:
    file = tmp_path / "outcomes.jsonl"
    add_line(file, {"case": 1})
    with file.open("ab") as out:
        out.write(b'{"case": 2, "sta')
    add_line(file, {"case": 3})
    assert [row["case"] for row in _lines(file)] == [1, 3]


def test_the_unfinished_are_counted_by_one_question_that_reads_the_newest(tmp_path: Path) -> None:
    archive = founded(tmp_path)

    def write(action: str, campaign: str, details: dict[str, object]) -> None:
        ledger.append_alone(
            archive.catalogue, action=action, subject=campaign, actor="li", details=details, moment=archive.now()
        )

    def counted() -> tuple[int, int]:
        with archive.catalogue.read() as connection:
            asked: list[str] = []
            event.listen(connection, "before_cursor_execute", lambda *given: asked.append(given[2]))
            found = count_unfinished(connection)
            assert len(asked) == 1
            return found, steps(connection, lambda: count_unfinished(connection))

    assert counted()[0] == 0
    for number in range(1, 26):
        write(PLANNED, f"20261130-{number}", {})
        write(ENDED, f"20261130-{number}", {"counts": {"ready": 1}})
        if number % 2:
            write(ENDED, f"20261130-{number}", {"counts": {"kept": 2, "ready": 0}})
    write(PLANNED, "20261130-26", {})
    found, few = counted()
    assert found == 1 + 9  # of the newest twenty
    for number in range(200):
        write(PLANNED, f"20261201-{number}", {})
        write(ENDED, f"20261201-{number}", {"counts": {}})
    assert counted()[0] == 0 and counted()[1] < 2 * few
    archive.close()
