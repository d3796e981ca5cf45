"""`preserve copies`, `replicate` and `restore`: what should exist and does; making what is missing; getting it back."""

from __future__ import annotations

from pathlib import Path

import click

from preserve.cli.main import Command
from preserve.cli.output import Output, headings
from preserve.cli.outputs import InputPath, IntoFolder
from preserve.cli.words import cells, copy_state, medium_kind
from preserve.errors import UsageError
from preserve.messages import bytes_for_people, listed, say
from preserve.services import copies as service
from preserve.services.copies import CaseCopies, task_sentence
from preserve.services.text import safe_values


@click.command(cls=Command)
@click.argument("case", required=False, default="", metavar="[AIP]")
def copies(output: Output, case: str) -> None:
    """What copies should exist, what do, and the next thing to do."""
    overview = output.call(service.list_copies, case)
    output.table(headings("number wanted copies next"), [_row(version, overview.labels) for version in overview.cases])
    sealed = sum(version.sealed for version in overview.cases)
    output.sentence("cli.copies-count", sealed=sealed, open=len(overview.cases) - sealed)
    output.document(overview)


def _row(version: CaseCopies, labels: dict[str, str]) -> tuple[str, ...]:
    there = [
        labels.get(copy.medium, copy.medium)
        + (f" {copy.part}/{copy.parts}" if copy.parts > 1 else "")
        + f" ({copy_state(copy.state)})"
        for copy in version.copies
        if copy.state != "retired"
    ]
    return cells(
        version.case_number or version.name,
        listed(f"{medium_kind(kind)} × {count}" for kind, count in version.wanted),
        listed(there),
        listed(task_sentence(task) for task in version.next) or say("cli.sealed-short"),
    )


@click.command(cls=Command)
@click.argument("case", required=False, default="", metavar="[AIP]")
def replicate(output: Output, case: str) -> int:
    """Make the copies that are missing; exit status 5 when a medium failed."""
    result = output.work("cli.replicating", service.replicate, case)
    for copy in result.written:
        size = bytes_for_people(copy.size)
        output.sentence("words.copy-made", style="green", name=copy.name, medium=copy.medium, size=size)
    for failed in result.failed:
        reason = say(failed.failure.code, **safe_values(failed.failure.values))
        output.sentence("words.copy-failed", style="bold red", name=failed.name, medium=failed.medium, reason=reason)
    for task in result.left:
        output.sentence("cli.still-to-do", style="yellow", name=task.name, task=task_sentence(task))
    if not result.left and not result.failed:
        output.sentence("cli.all-copies-there", style="green")
    output.document(result)
    return result.status


@click.command(cls=Command)
@click.argument("case", required=False, default="", metavar="[AIP]")
@click.option("--from", "media", multiple=True, required=True, type=InputPath(), metavar="PATH")
@click.option("--to", type=IntoFolder(), default=None, metavar="DIR")
@click.option("--archive", is_flag=True)
@click.option("--request", "approved", default="", metavar="REQUEST")
def restore(output: Output, case: str, media: tuple[Path, ...], to: Path | None, archive: bool, approved: str) -> None:
    """Get a package, or with --archive the whole archive, back from drives, discs or images."""
    if archive == bool(case):
        raise UsageError("cli.restore-what")
    sources = media
    if archive:
        _restore_archive(output, sources)
        return
    if to is not None:
        restored = output.work("cli.restoring", service.hand_out, case, sources, to, request=approved)
    else:
        restored = output.work("cli.restoring", service.restore, case, sources)
    say_restored(output, restored.name, restored.place, restored.bytes)
    output.document(restored)


def say_restored(output: Output, name: str, place: Path, size: int) -> None:
    """Say that a package was taken off media, and where it lies."""
    output.sentence("cli.restored", style="green", name=name, place=str(place), size=bytes_for_people(size))


def _restore_archive(output: Output, media: tuple[Path, ...]) -> None:
    restored = output.work("cli.restoring", service.restore_archive, media, output.home_path)
    output.findings(restored.findings)
    output.sentence(
        "cli.archive-restored",
        style="green",
        path=str(restored.home),
        packages=restored.packages,
        entries=restored.entries,
    )
    output.sentence("cli.archive-former-key", fingerprint=restored.former_key_sha256)
    output.document(restored)
