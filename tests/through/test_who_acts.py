"""Who acts is what the kernel says: no variable, no empty token and no missing entry makes anybody somebody else."""

from __future__ import annotations

import ast
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.administration.appointing import add_person
from preserve.administration.people import recognise
from preserve.clock import now
from preserve.data_management import ledger
from preserve.data_management.database import open_catalogue
from preserve.home import acting_person, open_home
from tests.support.program import PROGRAM, Archive, found

ROOT = Path(__file__).parent.parent.parent
CLAIMED = ("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER", "HOME")
NO_ENTRY = next(number for number in range(54321, 60000) if number not in {one.pw_uid for one in pwd.getpwall()})


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    made = found(tmp_path_factory.mktemp("acts") / "home")
    catalogue = open_catalogue(open_home(made.home))
    for name, person, role, user, by in (
        ("shen", "沈安全", "security-administrator", "shenaq", acting_person()),
        ("li", "李局长", "head", "director", "shenaq"),
    ):
        with catalogue.read() as connection:
            actor = recognise(connection, by, None, now())
        add_person(catalogue, name, person=person, roles=[role], os_user=user, actor=actor, moment=now())
    catalogue.close()
    return made


def start(home: Path, *arguments: str, user: int | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command with an environment of the caller's making, as another user where one is named."""
    return subprocess.run(
        [*as_user(user), str(PROGRAM), "--lang", "en", "--home", str(home), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **environment},
    )


def as_user(user: int | None) -> list[str]:
    """What makes a process that user's; it may still read a Python that lies in the folder of root."""
    if user is None:
        return []
    may = "+dac_read_search"
    return [
        "setpriv",
        f"--reuid={user}",
        f"--regid={user}",
        "--clear-groups",
        f"--inh-caps={may}",
        f"--ambient-caps={may}",
    ]


def denied(archive: Archive) -> list[str]:
    """Who was not permitted something, as the ledger tells."""
    catalogue = open_catalogue(open_home(archive.home))
    with catalogue.read() as connection:
        told = [json.loads(entry.text)["actor"] for entry in ledger.of_action(connection, "access.denied")]
    catalogue.close()
    return told


@pytest.mark.parametrize("names", [*((name,) for name in CLAIMED), CLAIMED], ids=",".join)
def test_no_variable_makes_anybody_the_head(archive: Archive, names: tuple[str, ...]) -> None:
    before = denied(archive)
    done = start(archive.home, "request", "approve", "2026-0001", **dict.fromkeys(names, "director"))
    assert done.returncode == 6, done.stderr
    assert denied(archive) == [*before, pwd.getpwuid(os.geteuid()).pw_name]


@pytest.mark.parametrize("token", ["", " \t\u3000\n"])
def test_an_empty_token_is_the_token_of_nobody(archive: Archive, token: str) -> None:
    for arguments in (
        ("list",),
        ("ledger", "export"),
        ("ledger", "checkpoint"),
        ("catalogue", "rebuild"),
        ("audit", "run"),
        ("user", "add", "x1", "--person", "某", "--role", "head"),
    ):
        before = len(denied(archive))
        done = start(archive.home, "--json", *arguments, PRESERVE_TOKEN=token)
        assert done.returncode == 6, (arguments, done.stdout)
        assert json.loads(done.stdout)["error"]["code"] == "people.token-empty"
        assert len(denied(archive)) == before + 1


def test_a_token_that_is_not_set_is_another_thing(archive: Archive) -> None:
    assert start(archive.home, "list").returncode == 0


def test_a_token_of_no_encoding_is_unknown(archive: Archive) -> None:
    done = subprocess.run(
        [str(PROGRAM), "--home", str(archive.home), "list"],
        capture_output=True,
        check=False,
        env={b"PATH": os.environb[b"PATH"], b"PRESERVE_TOKEN": b"\xff\xfe", b"LC_ALL": b"C.UTF-8"},
    )
    assert done.returncode == 6


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder of a user without an entry, where that user can reach it."""
    folder = Path(tempfile.mkdtemp())
    os.chown(folder, NO_ENTRY, NO_ENTRY)
    yield folder
    shutil.rmtree(folder)


def test_a_user_without_an_entry_is_a_number_and_nobody_else(archive: Archive, elsewhere: Path) -> None:
    home = elsewhere / "home"
    done = start(home, "init", "--institution", "局", user=NO_ENTRY, **dict.fromkeys(CLAIMED, "root"))
    assert done.returncode == 0, done.stderr
    entry = json.loads(start(home, "ledger", "export", user=NO_ENTRY).stdout.splitlines()[0])
    assert (entry["action"], entry["actor"]) == ("archive.founded", f"uid:{NO_ENTRY}")
    done = start(home, "--json", "list")
    assert done.returncode == 6 and json.loads(done.stdout)["error"]["code"] == "people.unknown"
    add = ("user", "add", "shen", "--person", "沈", "--role", "security-administrator", "--os-user")
    assert start(home, *add, f"x:{NO_ENTRY}", user=NO_ENTRY).returncode == 2
    assert start(home, *add, f"uid:{NO_ENTRY}", user=NO_ENTRY).returncode == 0
    assert start(home, "user", "list", user=NO_ENTRY).returncode == 0


def test_a_user_without_an_entry_and_without_a_home_gets_a_sentence(elsewhere: Path) -> None:
    done = subprocess.run(
        [*as_user(NO_ENTRY), str(PROGRAM), "--lang", "en", "list"],
        capture_output=True,
        text=True,
        check=False,
        cwd=elsewhere,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 2 and "no folder of their own" in done.stderr, done.stderr


def test_it_is_the_effective_user_that_acts(archive: Archive) -> None:
    program = "import os, preserve.home as h; os.seteuid(int(os.sys.argv[1])); print(h.acting_person())"
    for user, name in ((pwd.getpwnam("nobody").pw_uid, "nobody"), (NO_ENTRY, f"uid:{NO_ENTRY}")):
        done = subprocess.run([sys.executable, "-c", program, str(user)], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == name


def test_no_room_asks_the_environment_who_acts() -> None:
    """`make lint` bans them where the environment is not read; here nowhere, by whatever name it is imported."""
    asked = []
    for room in ("preserve", "metadata", "storage_adapters"):
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                word = node.attr if isinstance(node, ast.Attribute) else getattr(node, "name", getattr(node, "id", ""))
                if word in ("getuser", "getlogin", "cuserid"):
                    asked.append((file.name, word))
    assert asked == []
