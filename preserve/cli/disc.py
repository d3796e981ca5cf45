"""`preserve disc`: composes disc sets, burns, verifies any disc, takes packages out of one."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from preserve.cli.acting import acting
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.cli.outputs import Burner, InputPath, IntoFolder
from preserve.messages import bytes_for_people, listed
from preserve.services.documents import finding_document


@click.group(cls=Group)
def disc() -> None:
    """Look after discs."""


@disc.command()
@click.option("--kind", default=None, metavar="KIND")
@click.option("--now", "everything", is_flag=True)
@click.pass_obj
def compose(output: Output, kind: str | None, everything: bool) -> None:
    """Gather what waits into a disc set and make its images."""
    from preserve.administration.duties import Duty
    from preserve.archival_storage.discs.compose import compose as make
    from preserve.archival_storage.discs.compose import waiting
    from preserve.archival_storage.policy import read_media_profile, read_policy
    from preserve.cli.progress import Watcher, how_to_show
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.errors import UsageError
    from preserve.progress import stoppable

    home = output.home()
    profile = read_media_profile(home.profiles)
    name = kind or profile.disc
    if name not in profile.kinds:
        raise UsageError("storage.disc-kind-unknown", name, known=listed(profile.kinds))
    catalogue = open_catalogue(home)
    actor = acting(catalogue, Duty.KEEP).account
    policy = read_policy(home.profiles)
    with stoppable(), Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher:
        watcher.begin("cli.composing")
        done = make(
            home,
            catalogue,
            policy,
            name,
            profile.kinds[name],
            everything=everything,
            actor=actor,
            moment=now(),
            progress=watcher,
        )
    with catalogue.read() as connection:
        left = waiting(connection, policy)
    for one in done:
        output.sentence(
            "cli.disc-composed",
            style="green",
            label=one.recipe.volume_id,
            volume=one.recipe.volume,
            volumes=one.recipe.volumes,
            packages=len(one.recipe.holdings),
            size=bytes_for_people(one.built.size),
            redundancy=one.built.redundancy,
            image=str(one.built.image),
            copies=len(one.media),
        )
    if left:
        size = bytes_for_people(sum(one.size for one in left))
        output.sentence(
            "cli.disc-waiting",
            count=len(left),
            size=size,
            kind=name,
            capacity=bytes_for_people(profile.kinds[name].capacity),
        )
    elif not done:
        output.sentence("cli.disc-nothing-waits")
    output.result(
        {
            "ok": True,
            "waiting": len(left),
            "discs": [
                {
                    "volume_id": one.recipe.volume_id,
                    "set": one.recipe.set,
                    "volume": one.recipe.volume,
                    "volumes": one.recipe.volumes,
                    "image": str(one.built.image),
                    "bytes": one.built.size,
                    "sha256": one.built.sha256,
                    "redundancy": one.built.redundancy,
                    "media": list(one.media),
                    "packages": [
                        {"name": held.name, "part": held.part, "parts": held.parts} for held in one.recipe.holdings
                    ],
                }
                for one in done
            ],
        }
    )


@disc.command()
@click.argument("label", metavar="DISC")
@click.option("--device", type=Burner(), default=None, metavar="DEVICE")
@click.option("--read-in", "second", type=InputPath(), default=None, metavar="DEVICE")
@click.option("--speed", default="", metavar="N")
@click.pass_obj
def burn(output: Output, label: str, device: Path | None, second: Path | None, speed: str) -> None:
    """Burn a composed disc and read every block back."""
    from preserve.administration.duties import Duty
    from preserve.archival_storage.discs.burn import burn_disc, choose_burner
    from preserve.archival_storage.media import require_medium
    from preserve.archival_storage.policy import read_media_profile
    from preserve.cli.progress import Watcher, how_to_show
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.progress import stoppable

    home = output.home()
    catalogue = open_catalogue(home)
    actor = acting(catalogue, Duty.KEEP).account
    with catalogue.read() as connection:
        medium = require_medium(connection, label)
    place = device.absolute() if device else choose_burner()
    with stoppable(), Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher:
        watcher.begin("cli.burning")
        done = burn_disc(
            home,
            catalogue,
            read_media_profile(home.profiles),
            medium,
            place,
            second=second.absolute() if second else None,
            speed=speed,
            actor=actor,
            now=now,
            progress=watcher,
        )
    output.sentence(
        "cli.disc-burned",
        style="green",
        label=done.medium.label,
        size=bytes_for_people(done.size),
        places=listed(done.read_in),
    )
    output.sentence("cli.disc-burned.next", label=done.medium.label)
    output.result(
        {
            "ok": True,
            "medium": done.medium.id,
            "label": done.medium.label,
            "bytes": done.size,
            "read_in": list(done.read_in),
        }
    )


@disc.command()
@click.argument("path", type=InputPath(), metavar="DISC")
@click.pass_obj
def verify(output: Output, path: Path) -> int:
    """Read any disc or image whole and check every file; needs no home. Exit status 4 when it is not intact."""
    from preserve.archival_storage.discs.checking import check_disc
    from preserve.cli.progress import Watcher, how_to_show
    from preserve.errors import NotIntact
    from preserve.progress import stoppable

    with stoppable(), Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher:
        watcher.begin("cli.verifying")
        report = check_disc(path.absolute(), watcher)
    if not report.intact and not output.as_json:
        code = "storage.disc-bad-repairable" if report.repairable else "storage.disc-bad"
        raise NotIntact(code, str(path), findings=report.findings)
    facts: dict[str, Any] = dict(report.marker.facts) if report.marker else {}
    output.sentence(
        "cli.disc-good",
        style="green",
        label=facts.get("label", "—"),
        files=report.files,
        size=bytes_for_people(report.size),
        digest=report.sha256,
    )
    output.result(
        {
            "ok": report.intact,
            "status": 0 if report.intact else 4,
            "marker": facts,
            "files": report.files,
            "bytes": report.size,
            "sha256": report.sha256,
            "unreadable_bytes": report.unreadable,
            "repairable": report.repairable,
            "findings": [finding_document(finding) for finding in report.findings],
        }
    )
    return 0 if report.intact else 4


@disc.command()
@click.argument("discs", nargs=-1, required=True, type=InputPath(), metavar="DISC...")
@click.option("--to", type=IntoFolder(), required=True, metavar="DIR")
@click.option("--repair", is_flag=True)
@click.pass_obj
def read(output: Output, discs: tuple[Path, ...], to: Path, repair: bool) -> int:
    """Take every package out of discs or images, joining parts; needs no home."""
    from preserve.archival_storage.discs.checking import repaired_copy
    from preserve.archival_storage.discs.extracting import extract, whole_or_parts
    from preserve.archival_storage.discs.sources import open_source
    from preserve.cli.failures import tell
    from preserve.cli.progress import Watcher, how_to_show
    from preserve.errors import MediumProblem, NotIntact
    from preserve.outputs import into_folder
    from preserve.progress import stoppable
    from preserve.services.failures import status_of
    from storage_adapters.errors import StorageError

    status = 0
    done: list[str] = []
    failed: list[dict[str, Any]] = []
    with (
        stoppable(),
        Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher,
        into_folder(to.absolute(), output.home_if_any()) as held,
        tempfile.TemporaryDirectory(dir=held) as work,
    ):
        watcher.begin("cli.disc-reading")
        paths = [path.absolute() for path in discs]
        if repair:
            paths = []
            for number, path in enumerate(discs):
                image = Path(work) / f"{number}.iso"
                if beyond := repaired_copy(path.absolute(), image, watcher):
                    status = status_of(beyond) if output.as_json else tell(beyond, False)
                    failed.append(
                        {
                            "name": str(path),
                            "error": str(beyond),
                            "findings": [finding_document(finding) for finding in beyond.findings],
                        }
                    )
                paths.append(image)
        sources = [open_source(path) for path in paths]
        for name in whole_or_parts(sources):
            try:
                size = extract(name, sources, held / name, watcher)
                done.append(name)
                output.sentence(
                    "cli.restored", style="green", name=name, place=str(to / name), size=bytes_for_people(size)
                )
            except (NotIntact, MediumProblem, StorageError) as error:
                failed.append({"name": name, "error": str(error)})
                new = status_of(error) if output.as_json else tell(error, False)
                status = status or new
    output.result({"ok": not failed, "status": status, "packages": done, "failed": failed})
    return status
