"""Whether the home's store can be worked on: is it there, has it room, and does it do what a store must."""

from __future__ import annotations

import os
from collections.abc import Iterator

from metadata.findings import Value
from preserve.administration.health import Check
from preserve.archival_storage.media import server_store
from preserve.errors import PreserveError
from preserve.home import Home
from storage_adapters.errors import StorageError


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
    if not store.is_away:
        room = state.free - home.settings.reserve
        values: dict[str, Value] = {"free": state.free, "reserve": home.settings.reserve}
        yield Check("health.room", "good" if room > 0 else "wrong", values)
    for trial in store.trials() if good else ():
        code = f"health.trial-{trial.name}"
        if trial.passed:
            yield Check(code, "good")
        else:
            yield Check(f"{code}-failed", "wrong", {"path": path, "reason": trial.detail})
    if not os.access(home.path, os.W_OK):
        yield Check("health.home-read-only", "wrong", {"path": str(home.path)})
