"""`preserve disc`: composes disc sets, burns, verifies any disc, takes packages out of one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from preserve.cli.failures import show_failure
from preserve.cli.main import Group
from preserve.cli.mending import say_restored
from preserve.cli.output import Output
from preserve.cli.outputs import Burner, InputPath, IntoFolder
from preserve.errors import NotIntact
from preserve.messages import bytes_for_people, listed
from preserve.services import discs as service
from preserve.services.tables import NOTHING


@click.group(cls=Group)
def disc() -> None:
    """Look after discs."""


@disc.command()
@click.option("--kind", default="", metavar="KIND")
@click.option("--now", "everything", is_flag=True)
def compose(output: Output, **given: Any) -> None:
    """Gather what waits into a disc set and make its images."""
    result = output.work("cli.composing", service.compose, **given)
    for composed in result.discs:
        output.sentence(
            "cli.disc-composed",
            style="green",
            label=composed.volume_id,
            volume=composed.volume,
            volumes=composed.volumes,
            packages=len(composed.packages),
            size=bytes_for_people(composed.bytes),
            redundancy=composed.redundancy,
            image=str(composed.image),
            copies=len(composed.media),
        )
    if result.waiting:
        size, capacity = bytes_for_people(result.waiting_bytes), bytes_for_people(result.capacity)
        output.sentence("cli.disc-waiting", count=result.waiting, size=size, kind=result.kind, capacity=capacity)
    elif not result.discs:
        output.sentence("cli.disc-nothing-waits")
    output.document(result)


@disc.command()
@click.argument("label", metavar="DISC")
@click.option("--device", type=Burner(), default=None, metavar="DEVICE")
@click.option("--read-in", "second", type=InputPath(), default=None, metavar="DEVICE")
@click.option("--speed", default="", metavar="N")
def burn(output: Output, **given: Any) -> None:
    """Burn a composed disc and read every block back."""
    burned = output.work("cli.burning", service.burn, **given)
    size, places = bytes_for_people(burned.bytes), listed(burned.read_in)
    output.sentence("cli.disc-burned", style="green", label=burned.label, size=size, places=places)
    output.done("cli.disc-burned.next", burned, style="", label=burned.label)


@disc.command()
@click.argument("path", type=InputPath(), metavar="DISC")
def verify(output: Output, path: Path) -> int:
    """Read any disc or image whole and check every file; needs no home. Exit status 4 when it is not intact."""
    result = output.work("cli.verifying", service.verify, path)
    if result.status and not output.as_json:
        code = "storage.disc-bad-repairable" if result.repairable else "storage.disc-bad"
        raise NotIntact(code, str(path), findings=result.findings)
    output.findings(result.findings)
    label, size = result.marker.get("label", NOTHING), bytes_for_people(result.bytes)
    output.done("cli.disc-good", result, label=label, files=result.files, size=size, digest=result.sha256)
    return result.status


@disc.command()
@click.argument("discs", nargs=-1, required=True, type=InputPath(), metavar="DISC...")
@click.option("--to", "target", type=IntoFolder(), required=True, metavar="DIR")
@click.option("--repair", is_flag=True)
def read(output: Output, target: Path, **given: Any) -> int:
    """Take every package out of discs or images, joining parts; needs no home."""
    result = output.work("cli.disc-reading", service.read, target=target, place=output.home_path, **given)
    for name, size in result.bytes.items():
        say_restored(output, name, target / name, size)
    for failed in result.failed:
        show_failure(output, failed.failure)
    output.document(result)
    return result.status
