"""Appraisal of what is due among a million cases, and what a changed profile would change over all of them."""

from __future__ import annotations

import json
import os as _os
import random
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.measure import PROGRAM, row, scratch, timed
from preserve.administration.appraisal.gathering import gather
from preserve.administration.retention import rule_changes, rules_in_force
from preserve.administration.retention.facts import read_facts
from preserve.administration.retention.periods import due_of_case, due_of_object
from preserve.data_management.database import open_catalogue
from preserve.home import open_home

_CASES = int(_os.environ.get("RETENTION_CASES", "1000000"))
_TODAY = date(2026, 11, 27)
_DECLARED = ("10-years", "30-years", "30-years", "30-years", "permanent")
_WORDS = ("", "", "当事人申请行政复议。", "有媒体报道。", "信访件。")


def _description(number: int, declared: str, closed: date, choose: random.Random) -> str:
    told = {
        "case_number": f"案〔{closed.year}〕{number}号",
        "case_type": "penalty",
        "title": f"擅自演出 {number}",
        "cause": "擅自从事营业性演出",
        "note": _WORDS[choose.randrange(5)],
        "incidents": [],
        "measures": [],
        "objects": [],
        "retention": declared,
        "closed": closed.isoformat(),
    }
    return json.dumps(told, ensure_ascii=False)


def _fill(home_path: Path) -> int:
    """A million cases, half of them with a recording that has a period of its own, a copy each, requests and holds."""
    home = open_home(home_path)
    catalogue = open_catalogue(home)
    choose = random.Random(7)
    profile = rules_in_force.rules_now(home).profile
    rows = 0
    with catalogue.begin() as connection:
        rules_in_force.put_in_force(home, connection, actor="benchmark", moment=datetime(2026, 1, 1, tzinfo=UTC))
        medium = connection.exec_driver_sql("SELECT id FROM media").scalar()
        for start in range(0, _CASES, 20_000):
            cases, versions, copies, files, retention = [], [], [], [], []
            for number in range(start, min(start + 20_000, _CASES)):
                objid = f"aip-{number:026d}"
                declared = choose.choice(_DECLARED)
                closed = _TODAY - timedelta(days=choose.randrange(30, 25 * 365))
                text = _description(number, declared, closed, choose)
                day = closed.isoformat()
                case_number = f"案〔{closed.year}〕{number}号"
                cases.append(
                    (objid, case_number, "", f"案 {number}", "penalty", "", "局", "internal", day, day, 0, text)
                )
                versions.append((objid, 1, f"{objid}_v0001", day, 12, 10**8, "0" * 64))
                copies.append((f"{objid}_v0001", medium, objid, 1, "verified", day, day, 1, 1, ""))
                recorded = closed - timedelta(days=choose.randrange(0, 90))
                # Recordings that are not filed with the case: only those have a period of their own.
                objects = [[1, 0, "", recorded.isoformat(), 0]] if number % 2 else []
                common = {"closed": day, "filed": day, "type": "penalty", "declared": declared, "long_term": 0}
                for item, held in (("", objects), *([(f"file-{number}", objects)] if objects else [])):
                    facts = json.dumps({"objects": held, **common}, separators=(",", ":"))
                    case, listed = read_facts(facts)
                    if item:
                        due = due_of_object(profile, case, listed[0])
                        files.append(
                            (
                                item,
                                objid,
                                1,
                                "original",
                                "data/a.mp4",
                                "",
                                10**7,
                                "0" * 64,
                                "fmt/199",
                                "MP4",
                                "",
                                "[]",
                                None,
                            )
                        )
                    else:
                        due = due_of_case(profile, case, listed)
                    assert due is not None
                    computed = due.never or str(due.day)
                    retention.append((objid, item, facts, due.rule, computed, "", None if due.never else computed))
            for table, listed_rows in (
                ("cases", cases),
                ("versions", versions),
                ("copies", copies),
                ("files", files),
                ("retention", retention),
            ):
                places = ",".join("?" * len(listed_rows[0]))
                connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({places})", listed_rows)
            rows += len(retention)
        asked = [
            (f"2020-{n:06d}", "request", "returned", "2020-01-01T00:00:00Z", "court", "2020-01-16", 0, 5, "0" * 64)
            for n in range(1, _CASES // 10 + 1)
        ]
        held = [
            (f"H2025-{n:04d}", "hold", "added", "2025-01-01T00:00:00Z", "litigation", "", 0, 1, "0" * 64)
            for n in range(1, _CASES // 200 + 1)
        ]
        connection.exec_driver_sql("INSERT INTO proceedings VALUES (?,?,?,?,?,?,?,?,?)", [*asked, *held])
        connection.exec_driver_sql(
            "INSERT INTO proceeding_cases VALUES (?,?,0)",
            [(f"aip-{choose.randrange(_CASES):026d}", row[0]) for row in (*asked, *held)],
        )
    catalogue.close()
    return rows


def main() -> list[str]:
    """The list of a year's appraisal with all its facts; the preview of a profile that makes a class longer."""
    with scratch() as folder:
        home_path = folder / "home"
        timed([PROGRAM, "init", "--institution", "benchmark"], home=home_path)
        rows = _fill(home_path)
        home = open_home(home_path)
        catalogue = open_catalogue(home)
        profile = rules_in_force.rules_now(home).profile
        # What fell due within the last year is reviewed; what earlier years left is gone in a real archive.
        with catalogue.begin() as connection:
            connection.exec_driver_sql("UPDATE retention SET due = NULL WHERE due < '2025-11-28'")
        began, worked = time.perf_counter(), time.process_time()
        with catalogue.read() as connection:
            items = gather(connection, profile, _TODAY.isoformat())
        reviewed, reviewing = time.perf_counter() - began, time.process_time() - worked
        text = (Path(rules_in_force.__file__).parents[3] / "profiles" / "retention.toml").read_text(encoding="utf-8")
        changed = text.replace("years = 5\nstarts", "years = 8\nstarts", 1)
        assert changed != text
        (home.profiles / "retention.toml").write_text(changed, encoding="utf-8")
        began, worked = time.perf_counter(), time.process_time()
        with catalogue.read() as connection:
            found = rule_changes.preview(home, connection)
        previewed, previewing = time.perf_counter() - began, time.process_time() - worked
        assert found.rows == rows and found.counts["longer"] > _CASES // 10
    return [
        row(
            f"appraisal list of {len(items):,} due items among {_CASES:,} cases ({reviewing:.1f} s of a processor)",
            f"{reviewed:.1f} s",
            "30 s",
            f"{reviewed / 30:.2f}",
            "≤ 1",
            reviewed <= 30,
        ),
        row(
            f"preview of a changed profile over {rows:,} rows of {_CASES:,} cases ({previewing:.1f} s of a processor)",
            f"{previewed:.1f} s",
            "60 s",
            f"{previewed / 60:.2f}",
            "≤ 1",
            previewed <= 60,
        ),
    ]
