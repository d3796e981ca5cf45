"""Two real servers: one that works, and one that follows it and can take its place."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.support import postgresql

_WHO = "beside"
_PATIENCE = 60.0


@dataclass
class Pair:
    """`first` commits only what `second` has on its medium too, where that was asked for."""

    first: postgresql.Server
    second: postgresql.Server

    def url(self, database: str) -> str:
        """The address of both: whoever uses it is led to the one that may be written to."""
        hosts = f"127.0.0.1:{self.first.port},127.0.0.1:{self.second.port}"
        return f"postgresql://preserve@{hosts}/{database}?target_session_attrs=read-write"

    def follow_at_once(self) -> None:
        """From here on nothing is committed that the second has not."""
        self.first.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{_WHO}'")
        self.first.ask("SELECT pg_reload_conf()")
        asked = f"SELECT sync_state FROM pg_stat_replication WHERE application_name = '{_WHO}'"
        until = time.monotonic() + _PATIENCE
        while self.first.ask(asked) != [("sync",)]:
            assert time.monotonic() < until, "it does not follow"
            time.sleep(0.05)

    def part(self) -> None:
        """The second hears nothing of the first any more."""
        self.second.ask("ALTER SYSTEM SET primary_conninfo = ''")
        self.second.ask("SELECT pg_reload_conf()")
        until = time.monotonic() + _PATIENCE
        while self.second.ask("SELECT 1 FROM pg_stat_wal_receiver"):
            assert time.monotonic() < until, "it does not let go"
            time.sleep(0.05)

    def promote(self) -> None:
        """The second takes the first one's place; that one is dead, or cut off, by then."""
        assert self.second.ask("SELECT pg_promote(true, 60)") == [(True,)]


@contextmanager
def pair(database: str) -> Iterator[Pair]:
    """Both, with an empty database; the second follows the first, which does not wait for it yet."""
    first = postgresql.start(None, "wal_level=replica", "max_wal_senders=4", "synchronous_commit=on")
    folder = postgresql.make_folder()
    try:
        first.make_database(database)
        of = f"host=127.0.0.1 port={first.port} user=preserve application_name={_WHO}"
        subprocess.run(
            [postgresql.program("pg_basebackup"), "-d", of, "-D", f"{folder}/data", "-R", "-c", "fast", "--no-sync"],
            check=True,
            capture_output=True,
            cwd="/",
            **postgresql.as_nobody(),  # type: ignore[call-overload]
        )
        second = postgresql.start(folder, "synchronous_commit=on")
    except BaseException:
        first.stop()
        raise
    try:
        yield Pair(first, second)
    finally:
        first.stop()
        second.stop()
