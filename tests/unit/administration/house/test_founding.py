"""A house: founded whole, archives added to it after kills, closed, limited; nobody of the house acts in a fonds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from preserve.administration.duties import FOUNDER
from preserve.administration.founding import Member, found_member
from preserve.administration.house import founding
from preserve.administration.house.founding import First, found_house
from preserve.administration.people import Person, founder_of, recognise
from preserve.data_management import fonds
from preserve.data_management.archive import Archive, open_archive
from preserve.data_management.fonds import FondsRow
from preserve.errors import Conflict, NotPermitted, Refused, UsageError
from preserve.home import Home, acting_person, open_home
from preserve.houses import HOUSE, home_in_house
from preserve.ingest.runner import Answerer, run
from preserve.progress import Silent
from preserve.settings import CatalogueAt, ObjectStore
from tests.support import object_store
from tests.support.tiny_case import write_case

KEEPER = Person(acting_person(), acting_person(), FOUNDER, founder=True)
FIRST = First("security", "沈安全")
ROW = FondsRow("culture", "J019", "文化局", "", "", "2026-05-04T08:00:00Z")


@pytest.fixture
def register(tmp_path: Path) -> Archive:
    return open_archive(found_house(tmp_path / "house", "市档案馆", "zh").path)


def test_a_house_is_found_again_and_made_once(tmp_path: Path) -> None:
    house = tmp_path / "house"
    home = found_house(house, "市档案馆", "zh")
    assert home_in_house(house) == house / "register" and home.path == house / "register"
    with pytest.raises(Conflict, match=r"house\.exists"):
        found_house(house, "市档案馆", "zh")
    (house / HOUSE).unlink()
    (house / "fonds").rmdir()
    assert found_house(house, "市档案馆", "zh").settings.archive_id == home.settings.archive_id, "killed before the end"
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    with pytest.raises(Conflict, match=r"house\.not-empty"):
        found_house(tmp_path / "full", "市档案馆", "zh")


def test_in_a_bucket_each_fonds_has_keys_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ACCESS_KEY_ID", object_store.KEY), ("SECRET_ACCESS_KEY", object_store.SECRET)):
        monkeypatch.setenv(f"AWS_{name}", value)
    server = object_store.ObjectStore(tmp_path / "weed")
    server.start()
    try:
        bucket = ObjectStore(kind="s3", bucket="archive", endpoint=server.endpoint)
        register = open_archive(found_house(tmp_path / "house", "市档案馆", "zh", bucket).path)
        for row in (ROW, replace(ROW, code="sport", number="J020", name="体育局")):
            founding.add_fonds(register, row, FIRST, KEEPER)
        register.close()
        homes = [home_in_house(tmp_path / "house", code) for code in ("", "culture", "sport")]
        stores = [open_home(home).settings.store for home in homes]
        assert all(isinstance(store, ObjectStore) and store.bucket == "archive" for store in stores)
        assert len({store.prefix for store in stores if isinstance(store, ObjectStore)}) == 3
    finally:
        server.kill()


@pytest.mark.parametrize("code", ["../register", "..", "a/b", "", "A", "nobody", "."])
def test_a_code_leads_to_no_other_place(tmp_path: Path, code: str) -> None:
    found_house(tmp_path / "house", "市档案馆", "zh")
    if code:
        with pytest.raises(UsageError, match=r"house\.no-fonds"):
            home_in_house(tmp_path / "house", code)
    with pytest.raises(UsageError, match=r"house\.none"):
        home_in_house(tmp_path, code)


def test_a_fonds_finds_the_password_of_its_database_where_the_house_has_it(register: Archive, tmp_path: Path) -> None:
    home = register.home
    secret = home.path / "keys" / "catalogue"
    secret.write_text("geheim", encoding="utf-8")
    secret.chmod(0o644)  # so that it is refused before any database is asked
    at = CatalogueAt(url="postgresql://preserve@127.0.0.1:1/none", password_file="keys/catalogue")
    house = Home(home.path, home.settings.model_copy(update={"catalogue": at}))
    with pytest.raises(Refused, match=r"catalogue\.password-open") as refused:
        found_member(tmp_path / "house" / "fonds" / "culture", "文化局", house, Member("culture", "house:wu"))
    assert refused.value.where == str(secret)
    register.close()


def test_nobody_of_the_machine_founded_the_archive_of_a_fonds(register: Archive, tmp_path: Path) -> None:
    founding.add_fonds(register, ROW, FIRST, KEEPER)
    with founding.opened(tmp_path / "house", "culture") as own, own.catalogue.read() as connection:
        assert founder_of(connection) == f"house:{acting_person()}"
        with pytest.raises(NotPermitted):
            recognise(connection, acting_person(), None, own.now())
        (row,) = fonds.all_fonds(connection)
        assert (row.code, row.number, row.name) == ("culture", "J019", "文化局")
    with pytest.raises(Conflict, match=r"fonds\.known"):
        founding.add_fonds(register, ROW, FIRST, KEEPER)


def test_what_a_killed_run_began_is_gone_on_with(register: Archive, tmp_path: Path) -> None:
    with register.catalogue.begin() as connection:
        fonds.enter(connection, ROW, actor="zhou", moment=register.now())
    home, first = founding.add_fonds(register, ROW, FIRST, KEEPER)
    assert first and home.settings.fonds == "culture"
    with register.catalogue.read() as connection:
        assert founding.housed(connection, "culture")["archive"] == home.settings.archive_id


def test_a_closed_fonds_takes_nothing_of_a_later_day(register: Archive, tmp_path: Path) -> None:
    home, _ = founding.add_fonds(register, ROW, FIRST, KEEPER)
    assert founding.close_fonds(register, "culture", "2026-03-15", "撤销", KEEPER).until == "2026-03-15"
    with pytest.raises(Conflict):
        founding.close_fonds(register, "culture", "2026-03-16", "撤销", KEEPER)
    with founding.opened(tmp_path / "house", "culture") as own:
        late = write_case(tmp_path / "late", case_number="1")
        early = write_case(tmp_path / "early", case_number="2", start="2026-02-01", closed="2026-03-01")
        with pytest.raises(Refused, match=r"fonds\.ended"):
            run(own.home, own.catalogue, late, person=Answerer("wu", may=True), jobs=1, watcher=Silent())
        run(own.home, own.catalogue, early, person=Answerer("wu", may=True), jobs=1, watcher=Silent())
    assert len(list((home.store / "packages").iterdir())) == 1


def test_a_quota_is_held_before_anything_is_copied(register: Archive, tmp_path: Path) -> None:
    home, _ = founding.add_fonds(register, ROW, FIRST, KEEPER)
    founding.limit_fonds(register, "culture", 1000, "试用", KEEPER)
    case = write_case(tmp_path / "case", case_number="1")
    with founding.opened(tmp_path / "house", "culture") as own:
        with pytest.raises(Refused, match=r"fonds\.quota"):
            run(own.home, own.catalogue, case, person=Answerer("wu", may=True), jobs=1, watcher=Silent())
        assert not any((home.store / "packages").iterdir()) and not any((home.store / "incoming").iterdir())
    founding.limit_fonds(register, "culture", 0, "转正", KEEPER)
    with founding.opened(tmp_path / "house", "culture") as own:
        run(own.home, own.catalogue, case, person=Answerer("wu", may=True), jobs=1, watcher=Silent())


def test_another_s_archive_in_its_place_is_not_opened(register: Archive, tmp_path: Path) -> None:
    founding.add_fonds(register, ROW, FIRST, KEEPER)
    house = tmp_path / "house"
    (house / "fonds" / "culture").rename(house / "fonds" / "sport")
    with pytest.raises(Refused, match=r"house\.not-its-archive"), founding.opened(house, "sport"):
        raise AssertionError
