"""What a job is asked with: read by the operation's own types, written back, and no place that is not open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.data_management.archive import Archive
from preserve.errors import NotFound, Refused, UsageError
from preserve.services import job_arguments
from tests.support.people import staffed


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = staffed(tmp_path_factory.mktemp("arguments") / "home")
    yield opened
    opened.close()


def test_every_operation_that_runs_as_a_job_takes_json() -> None:
    from preserve.services.operation import OPERATIONS

    for name in ("audit.run", "deposits.ingest"):
        job_arguments.fit(name)
    for name, operation in OPERATIONS.items():
        if operation.runs is not None and not operation.open_to_all:
            with pytest.raises(UsageError, match=r"job.argument-unknown"):
                job_arguments.read(name, {"no such": 1})


def test_types_come_back_from_json_as_they_were() -> None:
    given = job_arguments.read("audit.run", {"wish": {"span": "6h", "media": [["DA26", "/media/disc"]]}})
    (medium,) = given["wish"].media
    assert (medium.label, medium.path) == ("DA26", Path("/media/disc"))
    document = job_arguments.document_of("audit.run", given)
    assert job_arguments.read("audit.run", json.loads(job_arguments.canonical(document))) == given


@pytest.mark.parametrize("arguments", [{}, {"sip": 3}, {"sip": "/x", "jobs": "many"}, {"sip": "/x", "more": 1}])
def test_wrong_arguments_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        job_arguments.read("deposits.ingest", arguments)


@pytest.mark.parametrize("name", ["", "no.such", "case.show", "copies.restore_archive", "job.work", "job.run"])
def test_what_is_no_job_is_none(name: str) -> None:
    with pytest.raises(NotFound):
        job_arguments.fit(name)


def test_only_open_places_are_reached(archive: Archive, tmp_path: Path) -> None:
    home = archive.home
    inbox = home.path / "inbox"
    inbox.mkdir(exist_ok=True)
    (inbox / "case").mkdir(exist_ok=True)
    (inbox / "out").unlink(missing_ok=True)
    (inbox / "out").symlink_to(home.keys)
    for path in (inbox / "case", Path("/media/usb/case"), Path("/dev/sr0"), Path("/dev/sg1")):
        job_arguments.require_reachable(home, {"sip": path})
    closed = [inbox, inbox / "out", inbox / ".." / "keys", home.keys, home.store / "packages", Path("/etc")]
    closed += [Path("/dev/sda"), Path("/media"), Path("case"), tmp_path]
    for path in closed:
        with pytest.raises(Refused, match=r"job.place-not-open"):
            job_arguments.require_reachable(home, {"media": [path]})


def test_fields_within_are_put_in_and_taken_out() -> None:
    given = job_arguments.with_value({"number": "S1", "handover": {"form": "zip"}}, "handover.target", "/x")
    assert given == {"number": "S1", "handover": {"form": "zip", "target": "/x"}}
    assert job_arguments.taken_out(given, "handover.target") == "/x"
    assert job_arguments.taken_out(given, "handover.password") is None
    assert given == {"number": "S1", "handover": {"form": "zip"}}
