"""Who keeps the archive sees machines and queues; on one machine that it is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.data_management.archive import Archive
from preserve.errors import NotPermitted
from preserve.messages import speaking
from preserve.services import cluster, jobs
from preserve.services.joining import joined
from preserve.services.tables import cluster as tables
from tests.support.people import session, staffed


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = staffed(tmp_path / "home", wu=Role.ARCHIVIST, sun=Role.SYSTEM_ADMINISTRATOR, chen=Role.DEPOSITOR)
    yield opened
    opened.close()


@pytest.mark.sqlite
def test_machines_and_queues_are_shown_to_who_keeps_the_archive(archive: Archive) -> None:
    jobs.ask(session(archive, "wu"), "copies.replicate", {})
    with joined(archive, "a", {"ingest": 2}):
        shown = cluster.status(session(archive, "sun"))
        (node,) = shown.nodes
        assert (node.name, node.state, node.lanes, node.running) == ("a", "working", {"ingest": 2}, 0)
        assert [(lane.queue, lane.waiting) for lane in shown.lanes] == [("work", 1)]
        assert (shown.several, shown.sealer, shown.unsigned) == (False, False, 0)
    for language, word in (("zh", "已退出"), ("en", "left")):
        with speaking(language):  # type: ignore[arg-type]
            machines, queues, _ = tables.status(cluster.status(session(archive, "sun")))
            assert tables.queue_label("burn:/dev/sr0").endswith(" /dev/sr0")
        assert machines.rows[0][:2] == ("a", word)
        assert queues.rows[0][0] == {"zh": "其他任务", "en": "other work"}[language]
    with pytest.raises(NotPermitted):
        cluster.status(session(archive, "chen"))
