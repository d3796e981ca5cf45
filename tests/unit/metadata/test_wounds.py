"""Each wound to a package is named by exactly the codes meant for it; a package without wounds is silent."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

import metadata
from metadata.verify import verify_package
from tests.support.packages import TINY, chinese, make_package, many, plain_bag
from tests.support.wounds import WOUNDS, Wound


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A valid package to copy; never altered."""
    return make_package(tmp_path_factory.mktemp("healthy"))


@pytest.mark.parametrize(("wound", "codes"), WOUNDS, ids=[wound.__name__ for wound, _ in WOUNDS])
def test_wound_is_named(wound: Wound, codes: tuple[str, ...], healthy: Path, tmp_path: Path) -> None:
    bag = tmp_path / healthy.name
    shutil.copytree(healthy, bag)
    moved = wound(bag)
    report = verify_package(moved if isinstance(moved, Path) else bag)
    found = tuple(sorted({finding.code for finding in report.findings}))
    assert found == codes, [(one.code, one.where, dict(one.values)) for one in report.findings]
    warnings = {one.code for one in report.findings if one.severity == "warning"}
    assert report.intact == (warnings == set(codes))


@pytest.mark.parametrize("preservation", [True, False])
@pytest.mark.parametrize("algorithms", [("sha256",), ("sha256", "sm3"), ("sha256", "sha512")])
@pytest.mark.parametrize("content", [TINY, chinese(), many()], ids=["tiny", "chinese", "many"])
def test_healthy_package_gives_no_finding(
    content: list[tuple[str, bytes]], algorithms: tuple[str, ...], preservation: bool, tmp_path: Path
) -> None:
    bag = make_package(tmp_path, content, algorithms=algorithms, preservation=preservation)
    moved: list[int] = []
    report = verify_package(bag, progress=moved.append)
    assert report.findings == () and report.kind == "aip"
    payload = [path.stat().st_size for path in (bag / "data").rglob("*") if path.is_file()]
    assert (report.files, report.size) == (len(payload), sum(payload))
    listed = sum(1 for path in bag.glob("*manifest-*.txt") for _ in path.open("rb"))
    assert report.digests == listed
    assert sum(moved) >= report.size
    structure = verify_package(bag, structure_only=True)
    assert structure.findings == () and structure.digests == 0


@pytest.mark.parametrize("from_medium", [True, False])
def test_damage_among_many_files_is_found_by_workers(from_medium: bool, tmp_path: Path) -> None:
    content = [(f"{n:04d}", bytes([n % 256]) * (n + 1)) for n in range(1500)] + [("long", b"x" * (9 << 20))]
    bag = plain_bag(tmp_path, content, ("sha256", "sm3"))
    assert verify_package(bag, from_medium=from_medium).findings == ()
    for name in ("0003", "1499", "long"):
        path = bag / "data" / name
        data = bytearray(path.read_bytes())
        data[-1] ^= 0x80
        path.write_bytes(data)
    report = verify_package(bag, from_medium=from_medium, workers=3)
    assert [(one.code, one.where, one.values["algorithms"]) for one in report.findings] == [
        ("bag.digest-differs", f"data/{name}", "sha256, sm3") for name in ("0003", "1499", "long")
    ]


def test_a_bag_of_an_older_version_may_spread_files_over_manifests(tmp_path: Path) -> None:
    bag = plain_bag(tmp_path, [("a", b"a"), ("b", b"b")], ("sha256", "md5"))
    for name, gone in (("manifest-sha256.txt", "data/a"), ("manifest-md5.txt", "data/b")):
        lines = (bag / name).read_text().splitlines(True)
        (bag / name).write_text("".join(line for line in lines if gone not in line))
    for path in bag.glob("tagmanifest-*"):
        path.unlink()
    (bag / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    assert {one.code for one in verify_package(bag).findings} == {"bag.tag-manifest-missing"}
    (bag / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    assert {one.code for one in verify_package(bag).findings} == {"bag.tag-manifest-missing", "bag.file-not-listed"}


def test_what_is_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    for path in (tmp_path / "nothing", tmp_path / "link"):
        assert [one.code for one in verify_package(path).findings] == ["bag.not-a-folder"]


def test_links_out_of_the_package_are_not_followed(healthy: Path, tmp_path: Path) -> None:
    bag = tmp_path / healthy.name
    shutil.copytree(healthy, bag)
    data = bag / "data"
    data.rename(tmp_path / "elsewhere")
    data.symlink_to(tmp_path / "elsewhere")
    report = verify_package(bag)
    assert report.files == 0
    codes = {one.code for one in report.findings}
    assert {"bag.link", "bag.payload-folder-missing", "bag.file-missing"} <= codes


def test_every_code_of_the_rules_has_a_wound() -> None:
    folder = Path(metadata.__file__).parent
    used = set()
    for path in [*folder.glob("*_rules/*.py"), folder / "fixity.py", folder / "verify.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
                code = node.args[0]
                if isinstance(code, ast.Constant):
                    used.add(code.value)
    wounded = {code for _, codes in WOUNDS for code in codes}
    # Tested by themselves: no folder at all; a file that cannot be read needs another user than root.
    assert used - wounded <= {"bag.not-a-folder", "bag.file-unreadable", "ip.original-missing"}
