"""`preserve catalogue rebuild`."""

from __future__ import annotations

import click

from preserve.cli.acting import acting_on_damage
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.services.documents import finding_document


@click.group(cls=Group)
def catalogue() -> None:
    """Look after the catalogue."""


@catalogue.command()
@click.pass_obj
def rebuild(output: Output) -> None:
    """Make the catalogue again from packages and ledger."""
    from preserve.administration.disposal.tombstones import after_rebuild
    from preserve.administration.duties import Duty
    from preserve.archival_storage.media import server_store
    from preserve.data_management.rebuild import rebuild as make_again

    home = output.home()
    acting_on_damage(home, Duty.KEEP)
    report = make_again(home, [server_store(home)], finish=after_rebuild(home))
    output.findings(report.findings)
    output.sentence(
        "cli.rebuild-done", style="green", cases=report.cases, packages=report.packages, entries=report.entries
    )
    output.result(
        {
            "ok": True,
            "cases": report.cases,
            "packages": report.packages,
            "entries": report.entries,
            "ledger_from_old_catalogue": report.from_old,
            "kept": report.kept,
            "findings": [finding_document(finding) for finding in report.findings],
        }
    )
