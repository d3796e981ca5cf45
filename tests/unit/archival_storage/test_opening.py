"""Which adapter each row of the inventory gives, what is at hand, and that no other room knows kinds."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from preserve.administration.founding import found
from preserve.archival_storage.media import MediumWish, add_medium, store_identity
from preserve.archival_storage.opening import NotAtHand, Opened, attached, kind_word, open_media, open_medium
from preserve.archival_storage.policy import StorageProfile
from preserve.clock import now
from preserve.data_management import holdings
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.data_management.holdings import MediumRow
from preserve.errors import Refused, UsageError
from preserve.home import Home, open_home
from preserve.messages import speaking
from storage_adapters import registry
from storage_adapters.contract import Address, CopyRef
from storage_adapters.directory import prepare
from storage_adapters.errors import WrongMedium
from storage_adapters.s3 import S3Adapter

ROOT = Path(__file__).parents[3]
ADAPTERS = ROOT / "tests" / "support" / "vault"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, Catalogue]]:
    """A new archive, with the server store alone."""
    place = tmp_path_factory.mktemp("opening") / "home"
    found(place, institution="局", policy="lossless", store=None, digests=["sha256"], language="zh")
    home = open_home(place)
    catalogue = open_catalogue(home)
    yield home, catalogue
    catalogue.close()


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The adapters of third parties are installed."""

    def forget() -> None:
        for remembered in (registry._points, registry.adapter_class, registry.traits_of):
            remembered.cache_clear()

    monkeypatch.syspath_prepend(str(ADAPTERS))
    forget()
    yield
    monkeypatch.undo()
    sys.modules.pop("vault_adapter", None)
    forget()


def row(kind: str, identity: str = "m-1", location: str = "", **details: Any) -> MediumRow:
    return MediumRow(identity, kind, "M-1", location, "in use", "2026-01-01T00:00:00Z", "", "", 0, None, details)


def test_the_server_store_is_where_the_home_has_it(archive: tuple[Home, Catalogue]) -> None:
    home, catalogue = archive
    with catalogue.read() as connection:
        store = holdings.read_medium(connection, store_identity(home))
    assert store is not None
    moved = MediumRow(**{**{name: getattr(store, name) for name in MediumRow.__slots__}, "location": "/nowhere"})
    opened = open_medium(home, moved)
    assert isinstance(opened, Opened) and opened.tree is not None
    assert (opened.tree.root, opened.tree.reserve) == (home.store, home.settings.reserve)
    opened.require()


def test_another_directory_is_where_the_inventory_has_it(archive: tuple[Home, Catalogue], tmp_path: Path) -> None:
    prepare(tmp_path / "other", "m-1", "另")
    opened = open_medium(archive[0], row("directory", location=str(tmp_path / "other")))
    assert isinstance(opened, Opened) and opened.tree is not None and opened.traits.online
    assert opened.tree.root == tmp_path / "other"
    opened.require()
    assert opened.left(CopyRef("aip-x_v0001")) == (0, "")


def test_another_directory_is_entered_where_nothing_lies(archive: tuple[Home, Catalogue], tmp_path: Path) -> None:
    home, catalogue = archive
    for inside in (home.path, home.store / "packages"):
        with pytest.raises(Refused, match=r"output\.inside"):
            add_medium(home, catalogue, MediumWish("directory", str(inside), "N-0"), actor="li", moment=now())
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thing").touch()
    wish = MediumWish("directory", str(tmp_path / "other"), "N-1", options={"reserve": 7})
    with pytest.raises(WrongMedium):
        add_medium(home, catalogue, wish, actor="li", moment=now())
    (tmp_path / "other" / "thing").unlink()
    opened = open_medium(home, add_medium(home, catalogue, wish, actor="li", moment=now()))
    assert isinstance(opened, Opened) and opened.tree is not None and opened.tree.reserve == 7
    opened.require()


def test_a_bucket_is_opened_without_being_asked(archive: tuple[Home, Catalogue]) -> None:
    details = {"bucket": "b", "prefix": "p/", "endpoint": "http://127.0.0.1:9", "lock": True}
    opened = open_medium(archive[0], row("s3", **details), retain_until=now())
    assert isinstance(opened, Opened) and isinstance(opened.adapter, S3Adapter)
    assert (opened.adapter.bucket, opened.adapter.prefix, opened.tree, opened.drive) == ("b", "p/", None, None)
    assert opened.mending is not None and not opened.traits.erasable  # it locks
    unlocked = open_medium(archive[0], row("s3", **{**details, "lock": False}), retain_until=now())
    assert isinstance(unlocked, Opened) and unlocked.traits.erasable


def test_what_lies_on_a_shelf_is_not_at_hand(archive: tuple[Home, Catalogue], tmp_path: Path) -> None:
    home, _ = archive
    for kind in ("drive", "optical"):
        away = open_medium(home, row(kind, location=str(tmp_path)))
        assert isinstance(away, NotAtHand) and away.reason == "not-connected"
    (tmp_path / "disc.iso").write_bytes(b"\0" * 2048)
    disc = open_medium(home, row("optical", image="disc-9"), tmp_path / "disc.iso")
    assert isinstance(disc, Opened) and disc.disc == tmp_path / "disc.iso"
    assert (disc.adapter.identity, disc.tree, disc.mending) == ("disc-9", None, None)  # type: ignore[attr-defined]


def test_a_kind_that_nobody_installed_stops_nothing(archive: tuple[Home, Catalogue]) -> None:
    home, catalogue = archive
    lost = row("wax", "wax-1")
    assert not registry.traits_of("wax").erasable and registry.traits_of("wax").needs_person
    with catalogue.read() as connection:
        media = open_media(home, [*holdings.all_media(connection), lost])
    problem = media["wax-1"]
    assert isinstance(problem, NotAtHand) and problem.problem().code == "storage.no-adapter"
    assert isinstance(media[store_identity(home)], Opened)


def test_a_kind_from_elsewhere_is_entered_and_found_again(
    archive: tuple[Home, Catalogue], tmp_path: Path, elsewhere: None
) -> None:
    home, catalogue = archive
    (tmp_path / "case").mkdir()
    wish = MediumWish("cartridge", str(tmp_path / "case"), "K-1", "二号楼", "李敏")
    entered = add_medium(home, catalogue, wish, actor="li", moment=now())
    assert (entered.kind, entered.location, entered.custodian) == ("cartridge", str(tmp_path / "case"), "李敏")
    assert entered.checked  # it lies on a shelf: due an interval after it was seen
    assert set(attached(home, [entered])) == {entered.id}
    os.rename(tmp_path / "case", tmp_path / "gone")
    assert attached(home, [entered]) == {}
    assert isinstance(open_medium(home, entered, tmp_path / "gone"), Opened)
    with pytest.raises(UsageError):
        add_medium(home, catalogue, wish, actor="li", moment=now())  # the label is taken


def test_kinds_are_called_by_our_words_or_the_adapter_s(elsewhere: None) -> None:
    with speaking("zh"):
        assert (kind_word("drive"), kind_word("vault"), kind_word("cartridge")) == ("专用硬盘", "保管库", "cartridge")
    with speaking("en"):
        assert (kind_word("drive"), kind_word("vault"), kind_word("wax")) == ("drive", "vault", "wax")


def test_a_profile_names_kinds_that_are_installed(elsewhere: None) -> None:
    wanted = [{"kind": "vault", "count": 2}]
    assert StorageProfile.model_validate({"ordinary": wanted, "long_term": wanted}).ordinary[0].kind == "vault"
    with pytest.raises(ValueError, match="'cartridge', 'directory', 'drive', 'optical', 's3'"):
        StorageProfile.model_validate({"ordinary": [{"kind": "wax"}], "long_term": wanted})


def test_an_adapter_that_cannot_be_loaded_is_as_one_that_is_not_there(elsewhere: None) -> None:
    assert "broken" in registry.kinds() and "broken" not in registry.established()
    assert not registry.is_installed("broken")


def test_traits_are_asked_of_no_medium() -> None:
    for kind in registry.kinds():
        assert registry.open_adapter(kind, Address("")).traits.kind == kind
        assert registry.traits_of(kind).name_zh and registry.traits_of(kind).name_en


FORMS = {("labels/__init__.py", "drive"), ("labels/of_media.py", "drive"), ("cli/media.py", "drive")}
"""Where one of these words is the name of a form of label and not of a kind."""


def test_no_other_room_knows_kinds() -> None:
    compared = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"
        for path in sorted((ROOT / "preserve").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and node.value in ("directory", "drive", "optical", "s3")
        and not any(path.as_posix().endswith(place) and node.value == form for place, form in FORMS)
    ]
    assert not compared, "ask the traits of the kind, or open the medium: " + "; ".join(compared)


def test_no_other_room_makes_adapters_of_media() -> None:
    rooms = {
        path.relative_to(ROOT / "preserve").as_posix()
        for path in (ROOT / "preserve").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("DirectoryStore", "DirectoryAdapter", "DriveAdapter", "OpticalAdapter", "S3Adapter")
    }
    # A folder of packages that is no medium is read as one for repairs; the server store is the home's own.
    assert rooms == {"archival_storage/store.py", "archival_storage/opening.py", "archival_storage/repair_places.py"}
