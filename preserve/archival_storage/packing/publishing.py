"""Looks at a sealed package, reads it back from the medium and, when every byte is as it should be, publishes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, nullcontext
from itertools import chain
from pathlib import Path

from metadata.bag import read_lines
from metadata.findings import Finding
from preserve.archival_storage.packing import attempts
from preserve.archival_storage.packing.attempts import Held
from preserve.archival_storage.store import Store
from preserve.errors import NotIntact, PreserveError
from preserve.work import executor, result_of
from storage_adapters.contract import CopyRef, ExpectedFile, FileCheck, Package, Receipt, Scope
from storage_adapters.directory import check_tree
from storage_adapters.durable import sync_file_system
from storage_adapters.reading import digest_file

_LARGE = 5000  # files from which a process of its own is worth its start
_BAD = ("refuse", "error")

Seen = Callable[[ExpectedFile], FileCheck | None]
"""What answers for files that came back from the medium before (`storage_adapters.contract.Scope`)."""


def expected(package: Path, algorithms: Sequence[str]) -> Iterator[ExpectedFile]:
    """Every file of the bag with its SHA-256, from the manifests; the tag manifests themselves come without one."""
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        for line in read_lines(package / manifest):
            yield ExpectedFile(line.path, None, {"sha256": line.digest})
    for algorithm in algorithms:
        yield ExpectedFile(f"tagmanifest-{algorithm}.txt", None, {})


@contextmanager
def required_structure(package: Path, count: int, objid: str, pool: Executor | None = None) -> Iterator[None]:
    """Our own verifier looks at everything but the payload's bytes, which are read back in the meantime.

    For many files in a process of its own, beside the reading and with memory that goes with it; for few before it.
    `pool` is such a process, where one runs already. Raises PreserveError.
    """
    if count < _LARGE and pool is None:
        _require(structure_findings(str(package)), objid)
        yield
        return
    with nullcontext(pool) if pool else executor(1) as looker:
        looking = looker.submit(structure_findings, str(package))
        yield
        _require(result_of(looking), objid)


def _require(found: tuple[Finding, ...], objid: str) -> None:
    if bad := tuple(finding for finding in found if finding.severity in _BAD):
        raise PreserveError("ingest.package-invalid", objid, findings=bad)


def structure_findings(package: str) -> tuple[Finding, ...]:
    """What our verifier says of a package's structure; may run in a worker process."""
    from metadata.verify import verify_package

    return verify_package(Path(package), structure_only=True).findings


def read_back(
    package: Path,
    algorithms: Sequence[str],
    adapter: Store,
    objid: str,
    progress: Callable[[int], None],
    seen: Seen | None = None,
) -> None:
    """Sync the file system and read every byte from the medium. Raises NotIntact.

    Before publishing, so that nothing lies among the packages that was never read back. What was `seen` to come back
    from it before, and was not touched since, is not read once more.
    """
    sync_file_system(adapter.root)
    checks = check_tree(package, Scope(expected(package, algorithms), seen=seen), progress)
    bad = [
        Finding("ingest.read-back-differs", check.path, "error", {"verdict": check.verdict}, check.detail)
        for check in checks
        if check.verdict != "intact"
    ]
    if bad:
        raise NotIntact("ingest.read-back", objid, findings=bad)


def publish(
    name: str,
    package: Path,
    size: int,
    store: Store,
    progress: Callable[[int], None] = lambda moved: None,
    held: Held = nullcontext,
) -> Receipt:
    """Make the package an AIP: one rename; where the store is away it is sent, and read back through the store.

    Called again after a kill it goes on. A process that was stopped for a while may wake up here when another makes
    the same package: the rename, or the list that is written last, is done by who holds it. What attempts left goes.
    Raises NotIntact where the store does not give back what it was given.
    """
    left = attempts.left(store.incoming, name)
    if not store.is_away:
        with held():
            receipt = store.publish(Package(name, package, size), progress)
    else:
        files = {file.path: file.digests["sha256"] for file in expected(package, ()) if file.digests}
        receipt = store.publish(Package(name, package, size, files, held), progress)
        require_whole(store, name, package, progress)
    attempts.clear((one for one in left if store.is_away or one != package), held)
    return receipt


def require_whole(store: Store, name: str, package: Path, progress: Callable[[int], None]) -> None:
    """Read a copy back through the store, by the manifests of the package it was made of. Raises NotIntact."""
    own = [path.name for path in sorted(package.glob("tagmanifest-*.txt"))]
    tags = (ExpectedFile(tag, None, {"sha256": digest_file(package / tag, ("sha256",))[1]["sha256"]}) for tag in own)
    scope = Scope(chain(expected(package, ()), tags))
    bad = [
        Finding("ingest.read-back-differs", check.path, "error", {"verdict": check.verdict}, check.detail)
        for check in store.verify(CopyRef(name), scope, progress)
        if check.verdict != "intact"
    ]
    if bad:
        raise NotIntact("ingest.read-back", name, findings=bad)


def prove_published(store: Store, copy: CopyRef, objid: str, held: Held = nullcontext) -> tuple[int, int]:
    """A run that was killed between rename and entry: the package is read again before it is entered.

    What attempts left here is removed where it is `held` still. Returns its payload files and
    their bytes. Raises NotIntact.
    """
    from metadata.verify import verify_package

    report = verify_package(store.bring(copy), from_medium=True)
    if store.is_away:
        store.let_go(copy)
    attempts.clear(attempts.left(store.incoming, copy.name), held)
    if bad := tuple(finding for finding in report.findings if finding.severity in _BAD):
        raise NotIntact("ingest.read-back", objid, findings=bad)
    return report.files, report.size
