"""Every room of operations, so that all of them are declared: for the schemas, the tests and the doors."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import preserve.services

ROOMS = tuple(
    import_module(f"preserve.services.{room.name}")
    for room in iter_modules(preserve.services.__path__)
    if room.name != "rooms"
)
