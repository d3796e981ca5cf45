"""Files against their manifests: which are read, what is said of them, and a worker that dies is no clean result."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from metadata import fixity, hashing
from metadata.bag_rules import LINE_RULES
from metadata.fixity import Comparison, check_fixity, jobs
from metadata.opened import look_at, open_bag, read_manifests
from tests.support.packages import plain_bag

CONTENT = [("甲.txt", b"a" * 10), ("b/乙.txt", b"b"), ("空", b"")]


def quiet(_: int) -> None:
    return None


def test_each_file_is_read_once_for_all_its_digests(tmp_path: Path) -> None:
    bag = open_bag(plain_bag(tmp_path, CONTENT, ("sha256", "sm3")), LINE_RULES)
    chosen = list(jobs(bag, bag.inventory.files.items()))
    assert len({path for path, *_ in chosen}) == len(chosen)
    assert {path: algorithms for path, algorithms, *_ in chosen if path.startswith("data/")} == {
        f"data/{name}": ("sha256", "sm3") for name, _ in CONTENT
    }
    moved: list[int] = []
    result = check_fixity(bag, from_medium=False, workers=2, progress=moved.append)
    assert (result.findings, result.digests) == ([], 2 * len(chosen))
    assert sum(moved) == result.size == sum(size for *_, size in chosen)


def test_payload_and_tag_files_are_told_apart_and_findings_are_in_order(tmp_path: Path) -> None:
    root = plain_bag(tmp_path, CONTENT)
    (root / "data" / "甲.txt").write_bytes(b"a" * 9 + b"x")
    (root / "data" / "b" / "乙.txt").write_bytes(b"c")
    (root / "bag-info.txt").write_text("Payload-Oxum: 11.3\nContact-Name: x\n")
    result = check_fixity(open_bag(root, LINE_RULES), from_medium=True, workers=1, progress=quiet)
    assert [(finding.code, finding.where) for finding in result.findings] == [
        ("bag.tag-digest-differs", "bag-info.txt"),
        ("bag.digest-differs", "data/b/乙.txt"),
        ("bag.digest-differs", "data/甲.txt"),
    ]
    assert result.findings[0].values["algorithms"] == "sha256"


def test_what_goes_while_it_is_checked_is_unreadable(tmp_path: Path) -> None:
    bag = open_bag(plain_bag(tmp_path, CONTENT), LINE_RULES)
    (bag.root / "data" / "甲.txt").unlink()
    (finding,) = check_fixity(bag, from_medium=False, workers=0, progress=quiet).findings
    assert (finding.code, finding.where) == ("bag.file-unreadable", "data/甲.txt") and finding.values["reason"]


def test_workers_say_the_same_as_this_process(tmp_path: Path) -> None:
    root = plain_bag(tmp_path, [(f"{number:03}", bytes([number % 250])) for number in range(fixity._FEW_FILES + 50)])
    (root / "data" / "007").write_bytes(b"?")
    bag = open_bag(root, LINE_RULES)
    results = [check_fixity(bag, from_medium=False, workers=workers, progress=quiet) for workers in (0, 2)]
    assert results[0] == results[1] and [finding.where for finding in results[0].findings] == ["data/007"]


def test_a_worker_that_dies_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bag = open_bag(plain_bag(tmp_path, [(f"{n:0200}", b"x") for n in range(fixity._FEW_FILES + 1)]), LINE_RULES)
    broken = tmp_path / "worker.py"
    monkeypatch.setattr(hashing, "__file__", str(broken))
    # A chunk of long names is more than a pipe takes: the second is found dead while it is still written to.
    for program in ("import sys; sys.stdin.buffer.read(9)", ""):
        broken.write_text(program)
        with pytest.raises(RuntimeError, match="ended early"):
            check_fixity(bag, from_medium=False, workers=2, progress=quiet)


@pytest.mark.parametrize("count", [3, fixity._FEW_FILES + 50])
def test_files_are_compared_once_the_manifests_are_read(count: int, tmp_path: Path) -> None:
    """However early they were hashed, and whether or not a manifest lists them."""
    root = plain_bag(tmp_path, [(f"{number:03}", b"x") for number in range(count)])
    (root / "data" / "001").write_bytes(b"y")
    (root / "data" / "more").write_bytes(b"nobody lists it")
    moved: list[int] = []
    with Comparison(root, from_medium=False, workers=2, progress=moved.append) as comparison:
        bag = look_at(root, seen=comparison.seen)
        comparison.all_seen()
        assert bag.digests == {} and moved == []
        read_manifests(bag, LINE_RULES)
        comparison.listed()
        result = comparison.result()
    assert [(finding.code, finding.where) for finding in result.findings] == [("bag.digest-differs", "data/001")]
    own = [size for path, size in bag.inventory.files.items() if path in bag.digests["tagmanifest-sha256.txt"]]
    assert sum(moved) == result.size == count + sum(own) and result.digests == count + len(own)


def test_who_leaves_early_leaves_nothing_behind(tmp_path: Path) -> None:
    root = plain_bag(tmp_path, [(f"{number:04}", b"x") for number in range(3000)])
    others = set(psutil.Process().children())  # of other tests in this process
    comparison = Comparison(root, from_medium=False, workers=2, progress=quiet)
    with pytest.raises(KeyError), comparison:
        look_at(root, seen=comparison.seen)
        raise KeyError
    assert comparison.result().findings == [] and set(psutil.Process().children()) <= others
