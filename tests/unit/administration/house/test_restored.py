"""The archive of a fonds that was lost comes back from its media into its place in the house, and is held to it."""

from __future__ import annotations

import shutil
from pathlib import Path

from preserve.administration.house import anchoring
from preserve.administration.restoring_archive import restore_archive
from preserve.clock import now
from preserve.data_management import cases, ledger
from tests.support.houses import make_house, number_in
from tests.support.medium import written_medium
from tests.unit.administration.house.test_founding import KEEPER


def test_it_knows_its_fonds_and_what_the_house_named_is_asked_of_it(tmp_path: Path) -> None:
    house = make_house(tmp_path)
    with house.opened("culture") as own:
        with own.catalogue.read() as connection:
            (objid,) = cases.objids(connection)
        source = written_medium(own, tmp_path / "drv", f"{objid}_v0001")
    with house.opened() as register:
        anchoring.anchor(register, KEEPER)
    shutil.rmtree(house.path / "fonds" / "culture")
    restored = restore_archive(house.path / "fonds" / "culture", (source,), actor="chen", now=now)
    assert restored.home.settings.fonds == "culture"
    with house.opened("culture") as own, own.catalogue.read() as connection:
        assert cases.require(connection, number_in("culture")).objid == objid
        assert ledger.of_action(connection, "archive.restored")
    with house.opened() as register:
        found = {one.code: one for one in anchoring.anchor(register, KEEPER)}
    finding = found["culture"].finding
    assert finding is None or finding.code == "ledger.contradicts-checkpoint", finding
    assert found["sport"].finding is None
