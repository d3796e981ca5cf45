"""Every kind of medium with 50,000 files and with a file of more than 4 GiB, through the conformance suite."""

from __future__ import annotations

import itertools
import os
import time
from contextlib import ExitStack
from pathlib import Path

from storage_adapters.conformance import check_kind
from storage_adapters.contract import StorageAdapter
from storage_adapters.directory import DirectoryAdapter, prepare
from storage_adapters.drive import DriveAdapter
from storage_adapters.drive_marker import prepare_drive
from storage_adapters.file_systems import mount_of
from storage_adapters.optical.adapter import OpticalAdapter
from storage_adapters.s3 import S3Adapter
from tests.support.loop import loop
from tests.support.object_store import KEY, SECRET, ObjectStore

MANY, LARGE = 50_000, (4 << 30) + 1


def run(folder: Path, seconds: float, seed: int) -> str:
    """Once through, whatever the time given."""
    numbers = itertools.count()
    said = []
    for kind in ("directory", "drive", "optical", "s3"):
        began = time.monotonic()
        with ExitStack() as media:
            server = ObjectStore(folder / "weed")

            def fresh(kind: str = kind, media: ExitStack = media, server: ObjectStore = server) -> StorageAdapter:
                number = next(numbers)
                if kind == "directory":
                    prepare(folder / f"store-{number}", "store", "测试")
                    return DirectoryAdapter(folder / f"store-{number}", "store")
                if kind == "drive":
                    made = media.enter_context(loop(folder, f"drive-{number}", "9G"))
                    prepare_drive(made.top, {"medium": "drive", "kind": "drive"}, lambda data: b"")
                    return DriveAdapter(made.top, "drive", mount_of(made.top).uuid)
                if kind == "optical":
                    return OpticalAdapter(folder / f"disc-{number}", "disc", capacity=25_025_314_816, work=folder)
                adapter = S3Adapter(f"archive-{number}", "s3-1", endpoint=server.endpoint)
                adapter.client().create_bucket(Bucket=f"archive-{number}")
                adapter.prepare()
                return adapter

            if kind == "s3":
                os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"] = KEY, SECRET
                server.start()
                media.callback(server.kill)
            check_kind(fresh, folder / f"made-{kind}", many=MANY, large=LARGE)
        said.append(f"{kind} {time.monotonic() - began:.0f} s")
        print(said[-1], flush=True)
    return f"{MANY:,} files and one of {LARGE:,} bytes on every kind of medium, all checks passed ({', '.join(said)})."
