"""The regulation's rules together: in the order of its articles, over the profiles of the archive."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from preserve.errors import Refused
from preserve.ingest.apply_rules import apply, check, view_of
from preserve.profiles import SHIPPED
from tests.support.views import PAPERS, description, document, recorded, video, view

LATE = date(2026, 9, 1)


def _stricter(folder: Path) -> Path:
    """Profiles of the bureau's own, in which it is an error that a recording does not say what it shows (Art. 11)."""
    before, heading, after = (SHIPPED / "rules.toml").read_text(encoding="utf-8").partition("[contents]")
    stricter = after.replace('severity = "warning"', 'severity = "error"', 1)
    (folder / "rules.toml").write_text(before + heading + stricter, encoding="utf-8")
    return folder


def test_a_sound_case_has_nothing_against_it() -> None:
    assert apply(view({})) == []


def test_findings_come_in_the_order_of_the_articles() -> None:
    case = description(objects=[document(kind, stage) for kind, stage in PAPERS[1:]])
    findings = check(case, {}, today=LATE, state_secrets=False, own_profiles=None)
    articles = [int(str(finding.values["article"])) for finding in findings]
    assert len(set(articles)) > 1
    assert articles == sorted(articles)
    assert findings[0].code == "rule.document-missing"


def test_nothing_is_said_of_recordings_before_files_were_looked_at() -> None:
    measure = {"measure": "查封", "start": "2026-01-06 10:00", "end": "2026-01-06 10:10"}
    sealed = (document("查封决定书", "执行"), document("查封物品清单", "执行"))
    codes = {
        key: {finding.code for finding in apply(view(characters, *sealed, measures=[measure]))}
        for key, characters in (("unread", None), ("read", {}))
    }
    assert codes["read"] - codes["unread"] == {"rule.measure-not-recorded"}


def test_the_day_of_a_recording_is_that_of_the_archives_zone() -> None:
    case = description(objects=[recorded("a.mp4", recording_start="2026-01-06 10:00:00")])
    characters = {"a.mp4": video(0, 10)}
    codes = {
        name: [
            finding.code
            for finding in apply(
                view_of(
                    case,
                    characters,
                    today=date(2026, 3, 20),
                    state_secrets=False,
                    own_profiles=None,
                    zone=ZoneInfo(name),
                )
            )
            if "times" in finding.code
        ]
        for name in ("Asia/Shanghai", "Asia/Tokyo")
    }
    assert codes == {"Asia/Shanghai": [], "Asia/Tokyo": ["rule.recording-times-differ"]}


def test_the_bureaus_own_profile_decides_how_much_a_rule_weighs(tmp_path: Path) -> None:
    case = description(objects=[document(kind, stage) for kind, stage in PAPERS[:-1]] + [recorded("a.mp4")])
    severities = {
        own: {
            finding.severity
            for finding in check(case, {"a.mp4": video(0, 1)}, today=LATE, state_secrets=False, own_profiles=own)
            if finding.values["article"] == "11"
        }
        for own in (None, _stricter(tmp_path))
    }
    assert severities == {None: {"warning"}, tmp_path: {"error"}}
    (tmp_path / "rules.toml").write_text("[coverage]\n", encoding="utf-8")
    with pytest.raises(Refused, match=r"profile\.wrong"):
        check(case, None, today=LATE, state_secrets=False, own_profiles=tmp_path)
