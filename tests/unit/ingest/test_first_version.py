"""What was published and not entered is entered by whichever run comes next."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.data_management import ledger
from preserve.data_management.archive import Archive
from preserve.errors import Stopped
from tests.support.small_case import Interrupting, ingest, small_archive, small_case


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive for all cases."""
    return small_archive(tmp_path_factory.mktemp("first") / "archive")


def test_published_and_not_entered_it_is_read_again_and_entered(archive: Archive, tmp_path: Path) -> None:
    case = small_case(tmp_path, "首〔2026〕2号")
    with pytest.raises(Stopped):
        ingest(archive, case, Interrupting("ingest.step-register", Stopped("work.stopped")))
    result = ingest(archive, case)
    assert result.resumed and result.files > 3 and result.size > 0
    assert {finding.code for finding in result.findings} >= {"rule.document-missing"}
    with archive.catalogue.read() as connection:
        actions = [entry.action for entry in ledger.about(connection, result.objid)]
    assert actions.count("case.registered") == 1 and actions.count("ingest.sealed") == 1
