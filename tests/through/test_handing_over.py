"""A delivery that is killed while it leaves: one package, and the ledger tells of it; or none."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.edges import Edge, edges_of, killed_at
from tests.support.office import Office, make_office
from tests.support.program import Archive

pytestmark = pytest.mark.xdist_group("handing")


@dataclass(frozen=True)
class Approved:
    """An office with an approved request, and the edges of a delivery of it by name."""

    office: Office
    number: str
    edges: dict[str, dict[str, Edge]]

    def mine(self, folder: Path) -> Office:
        """The same with an archive of its own."""
        shutil.copytree(self.office.archive.home, folder / "home")
        return Office(Archive(folder / "home"), self.office.case, self.office.tokens, self.office.papers)


@pytest.fixture(scope="module")
def approved(tmp_path_factory: pytest.TempPathFactory) -> Approved:
    folder = tmp_path_factory.mktemp("handing")
    office = make_office(folder, "--test-authority")
    made = Approved(office, office.approved(), {})
    for form in ("folder", "zip"):
        (folder / form).mkdir()
        mine = made.mine(folder / form)
        done = edges_of(mine.archive, folder / f"{form}.log", *delivering(made.number, folder / form / "out", form))
        published = "renameat2" if form == "folder" else "link"
        made.edges[form] = {
            "noted": next(one for one in done if "handing.json" in one.text),
            "published": [one for one in done if one.call == published][-1],
            "recorded": next(one for one in done if "-delivered.json" in one.text),
            "exported": [one for one in done if "segment-" in one.text][-1],
            "cleared": done[-1],
        }
    return made


def delivering(number: str, target: Path, form: str) -> list[str]:
    """The command."""
    return ["--json", "request", "deliver", number, "--output", str(target), "--as", form]


def told(office: Office) -> list[str]:
    """The packages that the ledger tells of as delivered."""
    return [entry["details"]["dip"] for entry in office.log() if entry["action"] == "request.delivered"]


def one_package(office: Office, *targets: Path) -> Path:
    """The one package outside, which the ledger tells of and which is whole."""
    (place,) = [path for target in targets if target.exists() for path in target.iterdir()]
    assert told(office) == [place.name.removesuffix(".zip")]
    assert office.archive.leftovers() == []
    assert office.archive.run("ledger", "verify").returncode == 0
    return place


EDGES = [
    *(("folder", edge) for edge in ("noted", "published", "recorded", "exported", "cleared")),
    *(("zip", edge) for edge in ("published", "recorded")),
]


@pytest.mark.parametrize(("form", "edge"), EDGES)
def test_killed_while_it_leaves_there_is_one_package(form: str, edge: str, approved: Approved, tmp_path: Path) -> None:
    mine, target = approved.mine(tmp_path), tmp_path / "out"
    assert killed_at(mine.archive, approved.edges[form][edge], *delivering(approved.number, target, form))
    outside = len(list(target.glob("dip-*")))
    assert outside == (edge not in ("noted", "published"))
    done = mine.run("", *delivering(approved.number, target, form))
    assert done.returncode in (0, 3), done.stderr  # entered before it was killed, there is nothing left to do
    place = one_package(mine, target)
    if form == "folder":
        assert mine.run("", "verify", str(place)).returncode == 0


def published(approved: Approved) -> Edge:
    """The edge at which the package is outside and no entry tells of it."""
    return approved.edges["folder"]["recorded"]


def test_pointed_elsewhere_it_enters_what_lies_there(approved: Approved, tmp_path: Path) -> None:
    mine = approved.mine(tmp_path)
    assert killed_at(mine.archive, published(approved), *delivering(approved.number, tmp_path / "one", "folder"))
    assert told(mine) == []
    assert len(list((tmp_path / "one").iterdir())) == 1
    done = mine.json("", *delivering(approved.number, tmp_path / "other", "folder")[1:])
    assert Path(done["place"]).parent == tmp_path / "one"
    one_package(mine, tmp_path / "one", tmp_path / "other")


def test_what_is_not_whole_is_taken_back(approved: Approved, tmp_path: Path) -> None:
    mine = approved.mine(tmp_path)
    target = tmp_path / "out"
    assert killed_at(mine.archive, published(approved), *delivering(approved.number, target, "folder"))
    (left,) = target.iterdir()
    victim = max((path for path in left.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    victim.write_bytes(b"half")
    assert mine.run("", *delivering(approved.number, target, "folder")).returncode == 0
    assert one_package(mine, target) != left


def test_withdrawn_it_is_taken_back(approved: Approved, tmp_path: Path) -> None:
    mine = approved.mine(tmp_path)
    target = tmp_path / "out"
    assert killed_at(mine.archive, published(approved), *delivering(approved.number, target, "folder"))
    mine.json("", "request", "withdraw", approved.number, "--reason", "法院撤回")
    assert list(target.iterdir()) == []
    assert told(mine) == []


def test_where_its_medium_is_gone_nothing_is_made_twice(approved: Approved, tmp_path: Path) -> None:
    mine = approved.mine(tmp_path)
    target = tmp_path / "stick"
    assert killed_at(mine.archive, published(approved), *delivering(approved.number, target, "folder"))
    target.rename(tmp_path / "pulled-out")
    done = mine.run("", *delivering(approved.number, tmp_path / "other", "folder"))
    assert done.returncode == 3 and "request.handed-over-elsewhere" in done.stdout
    assert not (tmp_path / "other").exists()
    (tmp_path / "pulled-out").rename(target)
    assert mine.run("", *delivering(approved.number, tmp_path / "other", "folder")).returncode == 0
    one_package(mine, target, tmp_path / "other")
