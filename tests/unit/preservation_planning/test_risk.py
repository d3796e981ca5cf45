"""What is growing old: formats by the profile's levels, media by their years, tools by version, what was superseded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from metadata.entities import Format
from preserve.archival_storage.policy import MediaProfile, read_media_profile
from preserve.data_management import holdings
from preserve.data_management.holdings import CopyRow
from preserve.data_management.package_index import index_package
from preserve.messages import speaking
from preserve.preservation_planning import reidentify
from preserve.preservation_planning.profile import LEVELS, PlanningProfile
from preserve.preservation_planning.risk import FormatFacts, formats, media, superseded, tools, totals
from tests.support.catalogues import new_catalogue
from tests.support.little_packages import MP4, OBJID, ORIGINALS, TEXT, UNKNOWN, object_of, write_package

MOMENT = datetime(2026, 6, 1, tzinfo=UTC)
PLANNING = PlanningProfile.model_validate(
    {
        "superseded": "propose",
        "format": [
            {"level": "risk", "names": ["flash"], "why": {"zh": "无人维护", "en": "nobody maintains it"}},
            {"level": "watch", "puids": ["fmt/199"], "why": {"zh": "待察", "en": "to be watched"}},
            {"level": "safe", "mimes": ["text/"], "puids": ["x-fmt/111"], "why": {"zh": "稳", "en": "sound"}},
        ],
    }
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    catalogue = new_catalogue(tmp_path / "catalogue.sqlite")
    with catalogue.begin() as opened:
        yield opened
    catalogue.close()


def test_the_formats_at_risk_come_first_and_say_why(connection: Connection, tmp_path: Path) -> None:
    flash = Format("Flash Video", "", "x-fmt/382")
    kinds = ((TEXT, 10), (MP4, 500), (UNKNOWN, 7), (flash, 1))
    originals = [object_of(f"f{n}", f"data/{n}", size, format_=kind) for n, (kind, size) in enumerate(kinds)]
    index_package(connection, write_package(tmp_path, originals=originals))
    judged = formats(connection, PLANNING)
    assert [(facts.level, facts.puid, facts.size) for facts in judged] == [
        ("risk", "x-fmt/382", 1),
        ("unknown", "", 7),
        ("watch", "fmt/199", 500),
        ("safe", "x-fmt/111", 10),
    ]
    with speaking("en"):
        assert [facts.reason for facts in judged[:2]] == ["nobody maintains it", ""]
    with speaking("zh"):
        assert judged[0].reason == "无人维护"


LEVEL = st.sampled_from(LEVELS)
ROLE = st.sampled_from(["original", "preservation", "access"])


@given(st.lists(st.tuples(ROLE, LEVEL, st.integers(0, 99), st.integers(0, 10**9))))
def test_totals_are_of_the_originals_alone(rows: list[tuple[str, str, int, int]]) -> None:
    facts = [FormatFacts(role, "", "", "", level, 1, files, size, None) for role, level, files, size in rows]
    sums = totals(facts)
    assert set(sums) == set(LEVELS)
    for level in LEVELS:
        own = [fact for fact in facts if (fact.representation, fact.level) == ("original", level)]
        assert sums[level] == (sum(fact.files for fact in own), sum(fact.size for fact in own))


def add_medium(connection: Connection, label: str, kind: str, years: float, state: str = "in use") -> None:
    holdings.add_medium(
        connection,
        f"id-{label}",
        kind=kind,
        actor="li",
        moment=MOMENT - timedelta(days=365.25 * years),
        label=label,
        location="",
        state=state,
    )


def test_media_are_judged_by_their_kind_s_years(connection: Connection, tmp_path: Path) -> None:
    profile = MediaProfile.model_validate(read_media_profile(tmp_path).model_dump() | {"years": {"optical": 10}})
    for label, years in (("A", 1), ("B", 8.1), ("C", 10.1)):
        add_medium(connection, label, "optical", years)
    add_medium(connection, "D", "directory", 50)
    add_medium(connection, "E", "optical", 50, "retired")
    index_package(connection, write_package(tmp_path, originals=ORIGINALS))
    copy = CopyRow(f"{OBJID}_v0001", "id-B", OBJID, 1, "verified", "2026-01-01T00:00:00Z", None)
    holdings.set_copy(connection, copy, actor="li", moment=MOMENT)
    ages = media(connection, profile, MOMENT)
    assert [(age.row.label, age.state, age.limit) for age in ages] == [
        ("C", "over", 10),
        ("B", "old", 10),
        ("A", "young", 10),
        ("D", "none", 0),
    ]
    assert [(age.copies, age.size > 0) for age in ages] == [(0, False), (1, True), (0, False), (0, False)]


def test_versions_that_are_not_the_newest_are_summed(connection: Connection, tmp_path: Path) -> None:
    index_package(connection, write_package(tmp_path, originals=ORIGINALS))
    before = superseded(connection, PLANNING)
    assert (before.versions, before.size, before.rule) == (0, 0, "propose")
    index_package(connection, write_package(tmp_path, version=2, originals=ORIGINALS[:1]))
    after = superseded(connection, PLANNING)
    assert (after.versions, after.size) == (1, 503)


def test_tools_that_named_nothing_are_not_listed(connection: Connection) -> None:
    assert tools(connection, reidentify.installed()) == []
