"""A plan held against the files: every mistake in it is found before anybody approves it, and all of them at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.access.redaction.checking import group, read_checked
from preserve.access.redaction.plan import Redaction
from preserve.access.requests.model import Selected
from preserve.errors import Refused
from tests.support.asking import PAPER, PICTURE, Counter

BOX = 'what = "box"\nleft = {left}\ntop = 10\nwidth = 20\nheight = 5\nunit = "{unit}"'


@pytest.fixture(scope="module")
def selection(counter: Counter) -> tuple[Selected, ...]:
    request = counter.approved()
    assert request.examination is not None
    return request.examination.selection


def plan(folder: Path, *parts: tuple[str, str]) -> Path:
    """A plan in TOML: of which object, and what."""
    path = folder / "plan.toml"
    text = [f'[[redaction]]\nobject = "{name}"\n{what}\nreason = "隐私"\narticle = "20"\n' for name, what in parts]
    path.write_text("\n".join(text), encoding="utf-8")
    return path


def mistakes(counter: Counter, selection: tuple[Selected, ...], path: Path | None) -> list[tuple[str, str]]:
    """Codes and places of what stands against a plan."""
    with counter.archive.catalogue.read() as connection, pytest.raises(Refused) as caught:
        read_checked(counter.archive.home, connection, selection, path)
    assert caught.value.code == "redaction.plan-wrong"
    assert caught.value.values["count"] == len(caught.value.findings)
    return [(finding.code, finding.where) for finding in caught.value.findings]


def test_a_plan_that_fits_names_the_files_it_is_about(
    counter: Counter, selection: tuple[Selected, ...], tmp_path: Path
) -> None:
    path = plan(
        tmp_path,
        (PAPER, BOX.format(left=10, unit="mm") + '\npages = "2"'),
        (PICTURE, BOX.format(left=50, unit="%")),
        (" 笔录.txt ", 'what = "lines"\nlines = "1"'),
    )
    with counter.archive.catalogue.read() as connection:
        assert read_checked(counter.archive.home, connection, selection, path) == {PAPER, PICTURE, "笔录.txt"}
        assert read_checked(counter.archive.home, connection, selection, None) == frozenset()


def test_every_mistake_is_found_at_once(counter: Counter, selection: tuple[Selected, ...], tmp_path: Path) -> None:
    path = plan(
        tmp_path,
        ("没有这份.pdf", 'what = "pages"\npages = "1"'),
        (PAPER, 'what = "pages"\npages = "3"'),
        (PAPER, BOX.format(left=110, unit="mm")),  # the paper is 105.8 mm wide
        (PICTURE, BOX.format(left=1, unit="mm")),
        (PICTURE, 'what = "mute"\nfrom = "0:00:01"\nto = "0:00:02"'),
        ("笔录.txt", 'what = "lines"\nlines = "2"'),
        ("决定书.txt", BOX.format(left=1, unit="mm")),
    )
    assert sorted(code for code, _ in mistakes(counter, selection, path)) == [
        "redaction.box-outside",
        "redaction.does-not-fit",
        "redaction.does-not-fit",
        "redaction.does-not-fit",
        "redaction.line-not-there",
        "redaction.object-not-asked",
        "redaction.page-not-there",
    ]


def test_a_paper_of_which_nothing_is_left_is_left_out_instead(
    counter: Counter, selection: tuple[Selected, ...], tmp_path: Path
) -> None:
    path = plan(tmp_path, (PAPER, 'what = "pages"\npages = "1"'), (PAPER, 'what = "pages"\npages = "2"'))
    assert mistakes(counter, selection, path) == [("redaction.nothing-left", "plan.toml:2")]


def test_only_a_recording_has_a_range_and_nothing_is_redacted_twice(
    counter: Counter, selection: tuple[Selected, ...], tmp_path: Path
) -> None:
    paper = next(file for file in selection if file.path == PAPER)
    part = paper.model_copy(update={"begin": 1.0, "end": 2.0})
    assert mistakes(counter, (part,), None) == [("redaction.no-range", PAPER)]
    path = plan(tmp_path, (PAPER, 'what = "pages"\npages = "1"'))
    assert mistakes(counter, (paper, paper), path) == [("redaction.asked-twice", PAPER)]


def test_a_name_that_is_there_exactly_is_meant_exactly(selection: tuple[Selected, ...]) -> None:
    def named(*names: str) -> list[Selected]:
        return [selection[0].model_copy(update={"path": name}) for name in names]

    def asked(name: str) -> list[Redaction]:
        return [Redaction(name, "pages", "隐私", "20", "plan:1")]

    full, plain = "笔录１.txt", "笔录1.txt"
    assert list(group(asked(plain), named(full, plain))) == [plain]
    assert list(group(asked(plain), named(full))) == [full]
    assert list(group(asked("笔录①.txt"), named(full, plain))) == [], "it may be either"
