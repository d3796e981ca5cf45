"""Each wound to a package is named by exactly the codes meant for it; a package without wounds is silent."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

import metadata
from metadata.verify import verify_package
from tests.support.packages import TINY, chinese, make_package, many
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
    mild = {one.code for one in report.findings if one.severity != "error"}
    assert report.intact == (mild == set(codes))


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


def test_every_code_of_the_rules_has_a_wound() -> None:
    folder = Path(metadata.__file__).parent
    used = set()
    for path in [
        *folder.glob("bag_rules/*.py"),
        *folder.glob("ip_rules/*.py"),
        folder / "fixity.py",
        folder / "information_package.py",
        folder / "verify.py",
    ]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
                code = node.args[0]
                if isinstance(code, ast.Constant) and not code.value.startswith("csip."):
                    used.add(code.value)  # those of csip_rules speak of packages that are not ours
    wounded = {code for _, codes in WOUNDS for code in codes}
    # Tested by themselves: no folder at all; a file that cannot be read needs another user than root.
    assert used - wounded <= {"bag.not-a-folder", "bag.file-unreadable", "ip.original-missing"}
