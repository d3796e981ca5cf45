"""The order of a file: main and internal volume apart, and page numbers that are no guesses."""

from __future__ import annotations

from typing import Any

import pytest

from preserve.administration.file_forms.profile import Style
from preserve.administration.file_forms.volumes import Known, VolumeFile, page_of, seconds_of, volumes_of
from preserve.description.fixed_values import Volume
from preserve.description.schema import CaseDescription


def case(*papers: dict[str, Any]) -> CaseDescription:
    """A case of these papers."""
    return CaseDescription.model_validate(
        {
            "case_number": "一号",
            "case_type": "penalty",
            "title": "测试案",
            "cause": "测试",
            "producer": {"name": "文旅局"},
            "start": "2026-03-01",
            "closed": "2026-04-01",
            "objects": [{"file": f"{n}", "kind": "笔录", "stage": "decision", **one} for n, one in enumerate(papers)],
        }
    )


def pages(volume: VolumeFile, **style: Any) -> list[str]:
    """The column for page numbers."""
    return [page_of(Style(**style), volume, leaf) for leaf in volume.leaves]


def test_pages_run_through_a_volume_and_recordings_have_none() -> None:
    (volume,) = volumes_of(case({"pages": 3}, {}, {"pages": 1}, {"pages": 2}), {"1": Known(0, 61.5)}, inner=True)
    assert pages(volume) == ["1", "", "4", "5–6"]
    assert pages(volume, span="first") == ["1", "", "4", "5"]
    assert pages(volume, span="all") == ["1–3", "", "4", "5–6"]
    assert pages(volume, number_by="pieces") == ["1", "2", "3", "4"]
    assert (volume.pages, volume.recordings, volume.seconds, volume.unpaged) == (6, 1, 61.5, 0)


def test_after_a_paper_of_unknown_length_nobody_guesses_a_page() -> None:
    (volume,) = volumes_of(case({"pages": 3}, {}, {"pages": 2}), {}, inner=True)
    assert pages(volume) == ["1–3", "", ""]
    assert volume.unpaged == 1


def test_what_a_person_wrote_counts_before_what_the_file_says() -> None:
    (volume,) = volumes_of(case({"pages": 3}, {}), {"0": Known(9), "1": Known(2)}, inner=True)
    assert [leaf.pages for leaf in volume.leaves] == [3, 2]


@pytest.mark.parametrize(("inner", "shown"), [(True, [Volume.MAIN, Volume.INNER]), (False, [Volume.MAIN])])
def test_the_internal_volume_is_numbered_by_itself_and_only_for_who_may_see_it(
    inner: bool, shown: list[Volume]
) -> None:
    found = volumes_of(case({"pages": 3}, {"volume": "inner", "pages": 2}, {"pages": 1}), {}, inner=inner)
    assert [one.volume for one in found] == shown
    assert pages(found[0]) == ["1", "4"]
    assert not inner or pages(found[1]) == ["1–2"]


def test_a_case_of_internal_papers_alone_shows_others_an_empty_main_volume() -> None:
    (volume,) = volumes_of(case({"volume": "inner"}), {}, inner=False)
    assert (volume.volume, volume.leaves) == (Volume.MAIN, ())


def test_a_length_is_read_as_properties_have_it() -> None:
    assert [seconds_of(text) for text in ("12.5 s", "12", "", "long")] == [12.5, 12.0, None, None]
