"""Full, read-only and failing media, and a writer that is killed."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage_adapters.conformance import make_package
from storage_adapters.copying import copy_file_checked
from storage_adapters.directory import DirectoryAdapter, prepare
from storage_adapters.errors import MediumFailing, MediumFull, ReadOnly
from storage_adapters.medium_errors import translate

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def small_files() -> object:
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, old[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, old)
    signal.signal(signal.SIGXFSZ, handler)


def test_no_room_leaves_nothing(tmp_path: Path, small_files: object) -> None:
    prepare(tmp_path / "s", "s", "s")
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (old[1], old[1]))
    made, _ = make_package(tmp_path, "aip-x_v0001")
    resource.setrlimit(resource.RLIMIT_FSIZE, old)
    store = DirectoryAdapter(tmp_path / "s", "s")
    with pytest.raises(MediumFull):
        store.write(made, lambda _: None)
    assert not list(store.copies())
    assert not list((tmp_path / "s" / "incoming").iterdir())


@pytest.mark.parametrize(
    ("number", "error"), [("ENOSPC", MediumFull), ("EDQUOT", MediumFull), ("EIO", MediumFailing), ("EROFS", ReadOnly)]
)
def test_errors_of_the_system_become_ours(number: str, error: type[Exception]) -> None:
    import errno

    code = getattr(errno, number)
    assert type(translate(OSError(code, os.strerror(code)), "x")) is error


def test_a_device_without_room(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 3_000_000)
    (tmp_path / " b.part").symlink_to("/dev/full")
    # The partial name is never followed through a link.
    with pytest.raises(MediumFailing):
        copy_file_checked(tmp_path / "a", tmp_path / "b", ("sha256",), lambda _: None)
    assert not (tmp_path / "b").exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from storage_adapters.conformance import make_package
from storage_adapters.directory import DirectoryAdapter
root, limit = Path(sys.argv[1]), int(sys.argv[2])
package, _ = make_package(root / "made", "aip-x_v0001")
moved = 0
def progress(size):
    global moved
    moved += size
    if moved > limit:
        os.kill(os.getpid(), signal.SIGKILL)
DirectoryAdapter(root / "s", "s").write(package, progress)
"""


@pytest.mark.parametrize("limit", [0, 10, 1_500_000, 2_000_000])
def test_killed_while_writing_then_written_again(tmp_path: Path, limit: int) -> None:
    prepare(tmp_path / "s", "s", "s")
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), str(limit)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    store = DirectoryAdapter(tmp_path / "s", "s")
    assert not list(store.copies())
    package, _ = make_package(tmp_path / "again", "aip-x_v0001")
    store.write(package, lambda _: None)
    assert [copy.name for copy in store.copies()] == ["aip-x_v0001"]
