"""Whether store and home can be worked on: are they there, have they room, and do they do what they must."""

from __future__ import annotations

import os
from collections.abc import Iterator

from metadata.findings import Value
from preserve.administration.health import Check
from preserve.archival_storage.media import server_store
from preserve.errors import PreserveError
from preserve.home import Home
from preserve.work import free_space
from storage_adapters.errors import StorageError
from storage_adapters.trials import try_folder


def examine_store(home: Home) -> Iterator[Check]:
    """Ask the store what it is, and try it: a race, a wrong digest, reading at once, a sync, a rename, a lock."""
    store, path = server_store(home), home.store_place
    try:
        state = store.probe()
    except (StorageError, PreserveError) as error:
        yield Check("health.store", "wrong", {"path": path, "reason": error.code})
        return
    good = state.present and state.writable
    yield Check("health.store", "good" if good else "wrong", {"path": path, "reason": state.detail})
    free = free_space(home.store) if store.is_away else state.free  # packages are made here, wherever they go
    values: dict[str, Value] = {"free": free, "reserve": home.settings.reserve}
    yield Check("health.room", "good" if free > home.settings.reserve else "wrong", values)
    for trial in store.trials() if good else ():
        code = f"health.trial-{trial.name}"
        if trial.passed:
            yield Check(code, "good")
        else:
            yield Check(f"{code}-failed", "wrong", {"path": path, "reason": trial.detail})
    if not os.access(home.path, os.W_OK):
        yield Check("health.home-read-only", "wrong", {"path": str(home.path)})
    elif store.is_away or (good and os.stat(home.path).st_dev != os.stat(home.store).st_dev):
        yield from _try_home(home)


def _try_home(home: Home) -> Iterator[Check]:
    """Try the file system on which packages are made and jobs leave what they do, where it is not the store's.

    Several machines share it: one that forgets a sync or gives a lock to two harms as much there.
    """
    failed = [trial for trial in try_folder(home.work) if not trial.passed]
    for trial in failed:
        yield Check(f"health.home-{trial.name}-failed", "wrong", {"path": str(home.work), "reason": trial.detail})
    if not failed:
        yield Check("health.home-trials", "good")
