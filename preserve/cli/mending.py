"""`preserve replicate`, `repair`, `restore`: making missing copies, remaking damaged ones, getting packages back."""

from __future__ import annotations

from pathlib import Path

import click

from preserve.cli.failures import show_failure
from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, IntoFolder
from preserve.errors import UsageError
from preserve.messages import bytes_for_people, listed, say
from preserve.services import repairs, replication, restoring
from preserve.services.copies import task_sentence
from preserve.services.repairs import RepairFailed
from preserve.services.tables import NOTHING
from preserve.services.text import safe_values

_CASE = click.argument("case", required=False, default="", metavar="[AIP]")


@click.command(cls=Command)
@_CASE
def replicate(output: Output, case: str) -> int:
    """Make the copies that are missing; exit status 5 when a medium failed."""
    result = output.work("cli.replicating", replication.replicate, case)
    for copy in result.written:
        size = bytes_for_people(copy.size)
        output.sentence("words.copy-made", style="green", name=result.called(copy.name), medium=copy.medium, size=size)
    for failed in result.failed:
        reason = say(failed.failure.code, **safe_values(failed.failure.told()))
        name = result.called(failed.name)
        output.sentence("words.copy-failed", style="bold red", name=name, medium=failed.medium, reason=reason)
    for task in result.left:
        output.sentence("cli.still-to-do", style="yellow", name=result.called(task.name), task=task_sentence(task))
    if not result.left and not result.failed:
        output.sentence("cli.all-copies-there", style="green")
    output.document(result)
    return result.status


@click.command(cls=Command)
@_CASE
@click.option("--from", "media", multiple=True, required=True, type=InputPath(), metavar="PATH")
@click.option("--to", type=IntoFolder(), default=None, metavar="DIR")
@click.option("--archive", is_flag=True)
@click.option("--request", default="", metavar="REQUEST")
def restore(output: Output, case: str, media: tuple[Path, ...], to: Path | None, archive: bool, request: str) -> None:
    """Get a package, or with --archive the whole archive, back from drives, discs or images."""
    if archive == bool(case):
        raise UsageError("cli.restore-what")
    if archive:
        _restore_archive(output, media)
        return
    if to is not None:
        restored = output.work("cli.restoring", restoring.hand_out, case, media, to, request=request)
    else:
        restored = output.work("cli.restoring", restoring.restore, case, media)
    say_restored(output, restored.name, restored.place, restored.bytes)
    output.document(restored)


def say_restored(output: Output, name: str, place: Path, size: int) -> None:
    """Say that a package was taken off media, and where it lies."""
    output.sentence("cli.restored", style="green", name=name, place=str(place), size=bytes_for_people(size))


def _restore_archive(output: Output, media: tuple[Path, ...]) -> None:
    restored = output.work("cli.restoring", restoring.restore_archive, media, output.home_path)
    output.findings(restored.findings)
    counts = {"packages": restored.packages, "entries": restored.entries}
    output.sentence("cli.archive-restored", style="green", path=str(restored.home), **counts)
    output.done("cli.archive-former-key", restored, style="", fingerprint=restored.former_key_sha256)


@click.command(cls=Command)
@_CASE
@click.option("--from", "media", multiple=True, type=InputPath(), metavar="PATH")
@click.option("--release", is_flag=True)
@click.option("--reason", default="", metavar="TEXT")
def repair(output: Output, case: str, media: tuple[Path, ...], release: bool, reason: str) -> int:
    """Remake damaged copies from what can be proven; exit status 4 when files are lost."""
    if release:
        removed = output.call(repairs.release, case, reason=reason)
        output.done("repair.released", removed, name=removed.name, size=bytes_for_people(removed.bytes))
        return 0
    result = output.work("cli.repairing", repairs.run, case, media)
    for copy in result.repairs:
        if isinstance(copy, RepairFailed):
            show_failure(output, copy.failure)
            continue
        whose = {"name": copy.name, "medium": copy.medium}
        if copy.done:
            places = listed(f"{place} × {count}" for place, count in copy.taken.items()) or NOTHING
            aside = copy.quarantine or NOTHING
            output.sentence("repair.done", style="green", places=places, quarantine=aside, **whose)
        else:
            files = listed(copy.lost[:20])
            output.sentence("repair.lost", style="bold red", count=len(copy.lost), files=files, **whose)
    if not result.repairs:
        output.sentence("repair.nothing", style="green")
    output.document(result)
    return result.status
