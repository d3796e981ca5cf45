"""Every option that writes a file or a folder, pointed at the archive: refused, and not a byte of it is changed."""

from __future__ import annotations

import hashlib
import importlib
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from preserve.cli.main import COMMANDS, run
from preserve.cli.outputs import Burner, InputPath, IntoFolder, NewArchive, NewFile, OutputPath, ReplacedFile
from tests.support.loop import loop
from tests.support.loop import run as must
from tests.support.packages import NAME, Maker
from tests.support.program import Archive, found

NAMED_BY_WORDS = {
    ("catalogue move", "password_file"),
    ("house request", "papers"),
    ("request open", "papers"),
    ("audit run", "media"),
    ("audit drill", "media"),
    ("media check-in", "what"),
    ("media add", "where"),
    ("look", "objects"),
    ("reading show", "file"),
    ("reading pdf", "file"),
    ("reading transcript", "file"),
}
"""Read out of a word (`KIND=FILE`), or names inside a package; `media add` takes a file system that is empty, and
`catalogue move` a name for the settings."""


@dataclass(frozen=True)
class Door:
    """A command and one parameter of it."""

    command: click.Command
    words: tuple[str, ...]
    parameter: click.Parameter

    def __str__(self) -> str:
        return f"{' '.join(self.words)} {self.parameter.name}"

    def line(self, value: Path, existing: Path) -> list[str]:
        """A command line with this parameter, and something that will do for each other that must be given."""
        line: list[str] = []
        for one in self.command.params:
            if one is not self.parameter and not one.required:
                continue
            given = str(value) if one is self.parameter else _something(one, existing)
            line += [one.opts[0], given] if isinstance(one, click.Option) else [given]
        return [*self.words, *line]


def _something(parameter: click.Parameter, existing: Path) -> str:
    if isinstance(parameter.type, click.Choice):
        return str(parameter.type.choices[0])
    if isinstance(parameter.type, click.Path):
        return str(existing)
    return "1"


def commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command of the program, those in groups too, with the words that call it."""
    for name, (module, attribute) in COMMANDS.items():
        found_there = getattr(importlib.import_module(module), attribute)
        yield from _below((name,), found_there)


def _below(words: tuple[str, ...], command: click.Command) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield words, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        one = command.get_command(context, name)
        assert one is not None
        yield from _below((*words, name), one)


DOORS = [Door(command, words, one) for words, command in commands() for one in command.params]
OUTPUTS = [door for door in DOORS if isinstance(door.parameter.type, OutputPath)]


def test_every_path_on_the_command_line_says_whether_it_is_read_or_written() -> None:
    assert len(OUTPUTS) >= 20
    for door in DOORS:
        kind, hint = door.parameter.type, str(door.parameter.metavar or "")
        if isinstance(kind, (click.Path, click.File)):
            assert isinstance(kind, (InputPath, OutputPath)), f"{door}: declare it with preserve.cli.outputs"
        elif any(word in hint for word in ("FILE", "DIR", "DEVICE", "XLSX", "DISC...", "=PATH", "WHERE", "QR|PATH")):
            assert (" ".join(door.words), door.parameter.name) in NAMED_BY_WORDS, door
        assert isinstance(kind, OutputPath) or not isinstance(kind, InputPath) or "output" not in door.parameter.opts[0]


@dataclass(frozen=True)
class Ground:
    """An archive with its store elsewhere, a package in that, and a drive."""

    archive: Archive
    store: Path
    drive: Path
    outside: Path

    def targets(self, door: Door) -> dict[str, Path]:
        """What the parameter is pointed at, by why it must be refused."""
        home, links = self.archive.home, self.outside / "links"
        sealed = self.store / "packages" / NAME / "manifest-sha256.txt"
        there = {
            "catalogue": home / "catalogue.sqlite",
            "key": home / "keys" / "ledger.key",
            "settings": home / "preserve.toml",
            "manifest": sealed,
        }
        new = {
            "home": home / "new",
            "keys": home / "keys" / "new",
            "store": self.store / "packages" / NAME / "new",
            "deep": home / "a" / "b" / "new",
            "drive": self.drive / "new",
            "work": home / "work" / "new",
            "dots": self.outside / ".." / home.name / "new",
            "dots in links": links / "keys" / ".." / "new",
            "linked": links / "home" / "new",
            "linked store": links / "store" / "x" / "new",
            "mounted twice": self.outside / "bound" / "new",
            "the process's own": Path("/proc/self/cwd/keys/new"),
            "relative": Path("keys/new"),
        }
        folders = {"home itself": home, "store itself": self.store, "drive itself": self.drive}
        if isinstance(door.parameter.type, NewArchive):
            return {name: path for name, path in new.items() if name != "mounted twice"}  # that is nobody's yet
        if isinstance(door.parameter.type, NewFile):
            there |= {f"link to {name}": links / name for name in ("catalogue", "key", "manifest", "nowhere")}
            there |= {name: self.outside / name for name in ("pipe", "socket", "second name", "file")}
            there["device"] = Path("/dev/null")
            return there | new | folders
        if isinstance(door.parameter.type, ReplacedFile):  # a plain file that is there is what it replaces
            links_to = {f"link to {name}": links / name for name in ("catalogue", "key", "manifest", "nowhere")}
            kinds = {name: self.outside / name for name in ("pipe", "socket")} | {"device": Path("/dev/null")}
            return there | new | folders | links_to | kinds
        if isinstance(door.parameter.type, IntoFolder):
            return (
                there
                | new
                | folders
                | {f"link to {name}": links / name for name in ("key", "home", "store")}
                | {"file": self.outside / "file", "pipe": self.outside / "pipe"}
            )
        assert isinstance(door.parameter.type, Burner), door
        links_to = {f"link to {name}": links / name for name in ("catalogue", "key")}
        return there | new | links_to | {"second name": self.outside / "second name", "mounted": self.device()}

    def device(self) -> Path:
        """What the drive is mounted from."""
        for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
            if line.split(" ")[1] == str(self.drive):
                return Path(line.split(" ")[0])
        raise AssertionError("not mounted")

    def state(self) -> dict[str, str]:
        """Every name in home, store, drive and outside, with the digest of what is a file."""
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() and not path.is_symlink() else ""
            for top in (self.archive.home, self.store, self.drive, self.outside)
            for path in sorted(top.rglob("*"))
        }


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Home and store side by side, a drive on a file system of its own, links to all of them, a second mount of keys."""
    top = tmp_path_factory.mktemp("doors")
    archive = found(top / "home", "--store", str(top / "elsewhere"))
    package = Maker(top / "elsewhere" / "packages", ("sha256",)).bag
    (package / "manifest-sha256.txt").write_bytes(b"sealed\n")
    outside = top / "outside"
    (outside / "links").mkdir(parents=True)
    (outside / "bound").mkdir()
    for name, target in {
        "catalogue": archive.home / "catalogue.sqlite",
        "key": archive.home / "keys" / "ledger.key",
        "manifest": package / "manifest-sha256.txt",
        "home": archive.home,
        "store": top / "elsewhere",
        "keys": archive.home / "keys",
        "nowhere": top / "nothing",
    }.items():
        (outside / "links" / name).symlink_to(target)
    (outside / "file").write_bytes(b"somebody's own")
    os.mkfifo(outside / "pipe")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(outside / "socket"))
    os.link(archive.home / "keys" / "ledger.key", outside / "second name")
    must("mount", "--bind", archive.home / "keys", outside / "bound")
    try:
        with loop(top) as drive:
            assert archive.run("media", "add", "drive", str(drive.top), "--label", "DRV-01").returncode == 0
            yield Ground(archive, top / "elsewhere", drive.top, outside)
    finally:
        must("umount", outside / "bound")


@pytest.mark.parametrize("door", OUTPUTS, ids=str)
def test_nothing_is_written_over_or_into_the_archive(
    door: Door, ground: Ground, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRESERVE_HOME", str(ground.archive.home))
    monkeypatch.chdir(ground.archive.home)
    before = ground.state()
    arguments = ["--home", str(ground.outside / "fresh")] if door.words == ("init",) else []
    for name, target in ground.targets(door).items():
        status = run([*arguments, *door.line(target, ground.outside / "file")])
        said = capfd.readouterr().err
        assert status == 3, f"{door}, {name}: {status}\n{said}"
        assert "→" in said or "->" in said, said
    assert ground.state() == before


def test_the_signing_key_is_not_exported_over(ground: Ground) -> None:
    key = ground.archive.home / "keys" / "ledger.key"
    before = ground.state()
    done = ground.archive.run("ledger", "export", "--output", str(key))
    assert done.returncode == 3 and ground.state() == before and key.stat().st_mode & 0o777 == 0o600


def test_an_export_is_streamed_into_a_new_file_for_owner_and_group(ground: Ground, tmp_path: Path) -> None:
    target = tmp_path / "not" / "yet" / "ledger.jsonl"
    old = os.umask(0)
    try:
        assert ground.archive.run("ledger", "export", "--output", str(target)).returncode == 0
    finally:
        os.umask(old)
    # The next one has the record of the next look at its end.
    again = ground.archive.run("ledger", "export").stdout
    assert again.splitlines()[:-1] == target.read_text(encoding="utf-8").splitlines()
    assert target.stat().st_mode & 0o777 == 0o640 and target.parent.stat().st_mode & 0o027 == 0
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    assert ground.archive.run("ledger", "export", "--output", str(target)).returncode == 3


def test_nobody_founds_an_archive_in_another_or_on_a_drive(ground: Ground) -> None:
    before = ground.state()
    for place in (ground.archive.home / "inner", ground.store / "inner", ground.drive / "inner"):
        done = Archive(place).run("init", "--institution", "x")
        assert done.returncode == 3 and not place.exists(), done.stderr
    assert ground.state() == before


def test_a_description_is_not_drafted_into_a_sealed_package(ground: Ground) -> None:
    before = ground.state()
    done = ground.archive.run("describe", str(ground.store / "packages" / NAME))
    assert done.returncode == 3 and ground.state() == before, done.stderr


def test_a_report_is_replaced_only_where_that_is_asked_for(ground: Ground, tmp_path: Path) -> None:
    report = ("audit", "report", "--output", str(tmp_path))
    first = ground.archive.json(*report)
    assert first["ok"] and ground.archive.run(*report).returncode == 3
    page = Path(first["files"][0])
    page.write_bytes(b"old")
    assert ground.archive.run(*report, "--replace").returncode == 0 and page.read_bytes() != b"old"
    page.unlink()
    page.symlink_to(ground.archive.home / "keys" / "ledger.key")
    before = without_ledger(ground.state())
    # That somebody asked for the report is recorded before it is made; nothing else is changed.
    assert ground.archive.run(*report, "--replace").returncode == 3 and without_ledger(ground.state()) == before


def without_ledger(state: dict[str, str]) -> dict[str, str]:
    """A state without what a record of looking changes."""
    kept = ("/catalogue.sqlite", "/ledger/checkpoint.txt", "/ledger/looks.txt")
    return {path: digest for path, digest in state.items() if not any(name in path for name in kept)}
