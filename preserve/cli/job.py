"""`preserve job`: work that goes on without who asked for it."""

from __future__ import annotations

from typing import Any

import click

from preserve.cli.choices import Labelled
from preserve.cli.failures import show_failure
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.services import job_child, jobs
from preserve.services.job_views import JobShown, state_label
from preserve.services.jobs import STATES, StateWish
from preserve.services.tables import jobs as tables


@click.group(cls=Group)
def job() -> None:
    """Jobs that were asked for in the browser or by a program."""


@job.command("list")
@click.option("--mine", is_flag=True)
@click.option("--state", type=Labelled(STATES, state_label), default=None)
@click.option("--before", default="", metavar="ID")
def list_jobs(output: Output, state: StateWish | None, **given: Any) -> None:
    """The newest jobs."""
    result = output.call(jobs.list_jobs, state=state or "", **given)
    output.listing(tables.listed(result), result)


@job.command()
@click.argument("job", metavar="ID")
def show(output: Output, job: str) -> None:
    """One job: how far it is, and how it ended."""
    _show(output, output.call(jobs.show, job))


@job.command()
@click.argument("job", metavar="ID")
def stop(output: Output, job: str) -> None:
    """Let a job stop at its next safe point."""
    _show(output, output.call(jobs.stop, job))


@job.command()
@click.argument("job", metavar="ID")
def resume(output: Output, job: str) -> None:
    """Let a job that stopped or failed go on."""
    _show(output, output.call(jobs.resume, job))


def _show(output: Output, shown: JobShown) -> None:
    output.tables(tables.shown(shown))
    if shown.failure is not None:
        show_failure(output, shown.failure)
    output.document(shown)


@job.command()
@click.argument("job", metavar="ID")
@click.option("--attempt", type=click.IntRange(1), required=True, metavar="N")
@click.option("--room", default="", metavar="TEXT")
def run(output: Output, job: str, attempt: int, room: str) -> None:
    """One attempt of a job, in the process that a worker started for it."""
    output.document(output.call(job_child.run, job, attempt, room=room))
