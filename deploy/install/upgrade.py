"""Go from one release to another, or not at all: says what changes, backs up, migrates, proves, and goes back whole.

Run by `install.sh` as root, with the new release's own Python. The standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

UNITS = ("preserve-web.service", "preserve-worker.service", "preserve-signer.service")


@dataclass(frozen=True)
class Upgrade:
    """The home, the link by which units find the program, the release that it led to, and the one it is to lead to."""

    home: Path
    link: Path
    old: Path
    new: Path
    backup: Path
    user: str

    @property
    def catalogue(self) -> Path:
        """The file that is migrated."""
        return self.home / "catalogue.sqlite"

    def program(self, release: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a release's program over the home, as the archive's user."""
        before = ["runuser", "-u", self.user, "--"] if self.user else []
        command = [*before, str(release / "bin" / "preserve"), "--json", "--home", str(self.home), *arguments]
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)


def schema_of(catalogue: Path) -> str:
    """The schema that a catalogue has; a question mark where it cannot be read."""
    try:
        with closing(sqlite3.connect(f"file:{catalogue}?mode=ro", uri=True)) as connection:
            return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.Error, TypeError):
        return "?"


def on_server(home: Path) -> bool:
    """Whether the settings name a database for the catalogue. Raises OSError, ValueError."""
    return "catalogue" in tomllib.loads((home / "preserve.toml").read_text(encoding="utf-8"))


def back_up(upgrade: Upgrade) -> None:
    """Copy catalogue and settings, and see that the copy is sound. Raises OSError, sqlite3.Error, RuntimeError."""
    upgrade.backup.mkdir(parents=True, mode=0o700)
    target = upgrade.backup / "catalogue.sqlite"
    with closing(sqlite3.connect(upgrade.catalogue)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        said = copy.execute("PRAGMA integrity_check").fetchone()[0]
        copy.execute("PRAGMA journal_mode=DELETE")
    if said != "ok":
        raise RuntimeError(f"the catalogue is damaged before anything was changed: {said}")
    shutil.copy2(upgrade.home / "preserve.toml", upgrade.backup)
    with target.open("rb") as copied:
        os.fsync(copied.fileno())


def put_back(upgrade: Upgrade) -> None:
    """Put the catalogue of the backup in the place of the migrated one; nobody may have it open.

    The log beside the catalogue belongs to the migrated one: SQLite would apply it to the other.
    """
    before = upgrade.catalogue.stat()
    part = upgrade.catalogue.with_name("catalogue.sqlite.put-back")
    shutil.copyfile(upgrade.backup / "catalogue.sqlite", part)
    os.chown(part, before.st_uid, before.st_gid)
    part.chmod(before.st_mode & 0o777)
    with closing(sqlite3.connect(part)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    for suffix in ("-wal", "-shm"):
        upgrade.catalogue.with_name(f"catalogue.sqlite{suffix}").unlink(missing_ok=True)
        part.with_name(f"{part.name}{suffix}").unlink(missing_ok=True)
    part.replace(upgrade.catalogue)


def point(link: Path, release: Path) -> None:
    """Let the link lead to a release, at once."""
    part = link.with_name(f"{link.name}.new")
    part.unlink(missing_ok=True)
    part.symlink_to(release)
    part.replace(link)


def prove(upgrade: Upgrade) -> str:
    """Migrate the catalogue and prove the ledger with the new release; what was wrong, or nothing."""
    done = upgrade.program(upgrade.new, "ledger", "verify")
    try:
        verified = json.loads(done.stdout)
    except ValueError:
        return done.stderr or done.stdout or f"exit status {done.returncode}"
    if done.returncode or not verified.get("ok"):
        return json.dumps(verified.get("error") or verified.get("findings"), ensure_ascii=False)
    return ""


def services(verb: str, units: Sequence[str] = UNITS) -> None:
    """Stop or start the units, where systemd runs. Raises subprocess.CalledProcessError."""
    if Path("/run/systemd/system").is_dir():
        subprocess.run(["systemctl", verb, *units], check=True)


def run(upgrade: Upgrade) -> int:
    """Do it. 0: the new release is in use; 1: everything is as it was; 2: it could not be put back, and why is said."""
    services("stop")
    try:
        back_up(upgrade)
    except (OSError, sqlite3.Error, RuntimeError) as error:
        print(f"Nothing was changed: {error}", file=sys.stderr)
        services("start")
        return 1
    wrong = ""
    try:
        wrong = prove(upgrade)
        if not wrong:
            point(upgrade.link, upgrade.new)
            services("start")
            print(f"Now in use: {upgrade.new.name}. Backup of the catalogue: {upgrade.backup}")
            return 0
    except (OSError, subprocess.CalledProcessError) as error:
        wrong = str(error)
    print(f"The new release does not work over this archive: {wrong}", file=sys.stderr)
    try:
        services("stop")
        point(upgrade.link, upgrade.old)
        put_back(upgrade)
        services("start")
    except (OSError, sqlite3.Error, subprocess.CalledProcessError) as error:
        print(f"It could not be put back: {error}. The backup is in {upgrade.backup}.", file=sys.stderr)
        return 2
    print(f"Everything is as it was, with release {upgrade.old.name}.", file=sys.stderr)
    return 1


def main() -> int:
    """Say what will change, ask, and do it."""
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("home", type=Path)
    reading.add_argument("link", type=Path)
    reading.add_argument("new", type=Path)
    reading.add_argument("backups", type=Path)
    reading.add_argument("--user", default="")
    reading.add_argument("--yes", action="store_true")
    given = reading.parse_args()
    if on_server(given.home):
        print(
            "The catalogue lies on a database server, which other machines may use: nothing was changed."
            " docs/schema-changes.md has the order of an upgrade.",
            file=sys.stderr,
        )
        return 1
    old = given.link.resolve()
    backup = given.backups / time.strftime("%Y%m%d-%H%M%S")
    upgrade = Upgrade(given.home, given.link, old, given.new, backup, given.user)
    print(f"Release in use: {old.name}\nNew release:    {given.new.name}")
    print(f"Catalogue:      schema {schema_of(upgrade.catalogue)}; the new release brings it up to its own")
    print(
        f"Backup:         {backup}\nThe services stop meanwhile; the ledger is proved before the new release is used."
    )
    if not given.yes and input("Go on? yes/no: ").strip() != "yes":
        print("Nothing was changed.")
        return 1
    return run(upgrade)


if __name__ == "__main__":
    sys.exit(main())
