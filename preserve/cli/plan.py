"""`preserve plan`: what is growing old, what a formats policy would change, new versions, newer signatures."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from preserve.cli.acting import acting
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, IntoFolder
from preserve.messages import bytes_for_people, say
from preserve.services.documents import finding_document
from preserve.services.failures import status_of

if TYPE_CHECKING:
    from preserve.preservation_planning.migrate_formats import Represerved
    from preserve.preservation_planning.preview import Preview
    from preserve.preservation_planning.risk import Facts
    from preserve.preservation_planning.run_all import Failed

_POLICIES = click.Choice(("lossless", "compact"))


@click.group(cls=Group)
def plan() -> None:
    """Preservation planning."""


@plan.command()
@click.option("--output", "target", type=IntoFolder(), required=True, metavar="DIR")
@click.option("--replace", "replace", is_flag=True)
@click.pass_obj
def report(output: Output, target: Path, replace: bool) -> None:
    """The risk report as page and PDF/A in both languages."""
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.preservation_planning.risk_report import write_report

    home = output.home()
    catalogue = open_catalogue(home)
    acting(catalogue, Duty.REPORT)
    written = write_report(home, catalogue, target.absolute(), now(), replace=replace)
    for path in written.files:
        output.sentence("plan.written", path=str(path))
    output.result({"ok": True, "files": [str(path) for path in written.files], **_facts(written.facts)})


@plan.command()
@click.pass_obj
def formats(output: Output) -> None:
    """Formats, media and tools, with what is at risk."""
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.preservation_planning.risk import gather
    from preserve.preservation_planning.risk_report.sections import sections

    home = output.home()
    catalogue = open_catalogue(home)
    acting(catalogue, Duty.REPORT)
    facts = gather(home, catalogue, now())
    for part in sections(facts):
        if part.words and not output.as_json:
            output.sentence("plan.section", title=part.title, words=part.words)
        if part.rows:
            output.table(list(part.heads), part.rows)
    output.result({"ok": True, **_facts(facts)})


def _facts(facts: Facts) -> dict[str, Any]:
    from preserve.preservation_planning.risk_report.sections import problems

    return {
        "problems": problems(facts),
        "formats": [
            {
                "representation": one.representation,
                "puid": one.puid,
                "name": one.name,
                "version": one.version,
                "level": one.level,
                "cases": one.cases,
                "files": one.files,
                "bytes": one.size,
                "why": one.reason,
            }
            for one in facts.formats
        ],
        "media": [
            {
                "medium": one.row.id,
                "label": one.row.label,
                "kind": one.row.kind,
                "added": one.row.added,
                "years": round(one.years, 2),
                "limit": one.limit,
                "state": one.state,
                "copies": one.copies,
                "bytes": one.size,
            }
            for one in facts.media
        ],
        "tools": [
            {"name": one.name, "recorded": dict(one.recorded), "installed": one.installed} for one in facts.tools
        ],
        "signatures": {
            "installed": facts.signatures,
            "outdated": [{"signatures": told, "cases": cases, "files": files} for told, cases, files in facts.outdated],
        },
        "superseded": asdict(facts.superseded),
        "preview": _preview(facts.preview),
    }


def _preview(found: Preview) -> dict[str, Any]:
    return {
        "policy": found.policy.name,
        "rules": found.policy.key,
        "cases": found.cases,
        "files": found.files,
        "bytes": found.size,
        "estimate": found.estimate,
        "packages": found.packages,
        "settled": found.settled,
        "formats": [
            {
                "puid": one.kind.puid,
                "name": one.kind.name,
                "traits": one.kind.traits,
                "has": one.kind.derived,
                "rule": one.wish.rule,
                "make": list(one.wish.make),
                "leave_out": list(one.wish.drop),
                "files": one.files,
                "bytes": one.size,
                "estimate": one.estimate,
            }
            for one in found.touched
        ],
    }


@plan.command()
@click.option("--policy", type=_POLICIES, default=None)
@click.option("--rules", "formats_file", type=InputPath(exists=True, dir_okay=False), metavar="FILE")
@click.option("--again", "tried_again", is_flag=True)
@click.pass_obj
def preview(output: Output, policy: str | None, formats_file: Path | None, tried_again: bool) -> None:
    """What a formats policy would change; nothing is done."""
    from preserve.administration.duties import Duty
    from preserve.data_management.database import open_catalogue
    from preserve.preservation_planning.policy import read_policy
    from preserve.preservation_planning.preview import named
    from preserve.preservation_planning.preview import preview as reckon
    from preserve.preservation_planning.risk_report.sections import heads, made

    home = output.home()
    catalogue = open_catalogue(home)
    acting(catalogue, Duty.REPORT)
    wanted = read_policy(home, name=policy or "", formats=formats_file)
    with catalogue.read() as connection:
        found = reckon(connection, wanted, again=tried_again)
    rows = [
        (
            one.kind.puid or "—",
            " · ".join(filter(None, named(one.kind))),
            made(one.wish.make),
            made(one.wish.drop),
            str(one.files),
            bytes_for_people(one.size),
            bytes_for_people(one.estimate),
        )
        for one in found.touched
    ]
    if rows:
        output.table(list(heads("puid", "format", "make", "leave-out", "files", "bytes", "estimate")), rows)
    output.sentence(
        "plan.previewed",
        policy=say(f"plan.policy-{wanted.name}"),
        cases=found.cases,
        files=found.files,
        size=bytes_for_people(found.size),
        estimate=bytes_for_people(found.estimate),
        packages=bytes_for_people(found.packages),
        settled=found.settled,
    )
    output.result({"ok": True, **_preview(found)})


@plan.command()
@click.argument("cases", nargs=-1, metavar="[AIP]...")
@click.option("--jobs", type=click.IntRange(0, 64), default=0, metavar="N")
@click.option("--limit", "case_limit", type=click.IntRange(0), default=0, metavar="N")
@click.option("--again", "tried_again", is_flag=True)
@click.pass_obj
def run(output: Output, cases: tuple[str, ...], jobs: int, case_limit: int, tried_again: bool) -> int:
    """Make a new version of each package that the policy touches; goes on where an earlier run stopped."""
    from preserve.administration.duties import Duty
    from preserve.cli.progress import Watcher, how_to_show
    from preserve.data_management.database import open_catalogue
    from preserve.preservation_planning.policy import read_policy
    from preserve.preservation_planning.run_all import Failed, campaign
    from preserve.progress import stoppable

    home = output.home()
    catalogue = open_catalogue(home)
    actor = acting(catalogue, Duty.INGEST).account
    policy = read_policy(home)
    only = _objids(catalogue, cases)
    status, counts = 0, {"done": 0, "settled": 0, "failed": 0}
    documents: list[dict[str, Any]] = []
    try:
        with stoppable(), Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher:
            for one in campaign(
                home,
                catalogue,
                policy,
                actor=actor,
                jobs=jobs,
                limit=case_limit,
                watcher=watcher,
                only=only,
                again=tried_again,
            ):
                if isinstance(one, Failed):
                    status = status or status_of(one.error)
                    counts["failed"] += 1
                else:
                    counts[one.outcome] += 1
                _tell(output, one)
                documents.append(_document(one))
    finally:
        catalogue.close()
    output.sentence("plan.ran", style="green" if not counts["failed"] else "yellow", **counts)
    if counts["done"]:
        output.sentence("plan.copies-next")
    output.result(
        {"ok": status == 0, "status": status, "policy": policy.name, "rules": policy.key, **counts, "cases": documents}
    )
    return status


def _objids(catalogue: Any, names: tuple[str, ...]) -> tuple[str, ...]:
    from preserve.data_management.cases import find_case
    from preserve.errors import Refused

    found = []
    with catalogue.read() as connection:
        for name in names:
            objid = find_case(connection, name)
            if objid is None:
                raise Refused("cli.case-unknown", name)
            found.append(objid)
    return tuple(found)


def _tell(output: Output, one: Represerved | Failed) -> None:
    from preserve.preservation_planning.run_all import Failed

    if isinstance(one, Failed):
        output.sentence(
            "plan.case-failed", style="bold red", objid=one.objid, reason=say(one.error.code, **one.error.values)
        )
    else:
        output.sentence(
            f"plan.case-{one.outcome}",
            style="green" if one.outcome == "done" else "yellow",
            objid=one.objid,
            name=one.name,
            made=one.made,
            left_out=one.left_out,
            size=bytes_for_people(one.size),
        )
    output.findings(one.findings)


def _document(one: Represerved | Failed) -> dict[str, Any]:
    from preserve.preservation_planning.run_all import Failed

    findings = [finding_document(finding) for finding in one.findings]
    if isinstance(one, Failed):
        return {"objid": one.objid, "outcome": "error", "error": one.error.code, "findings": findings}
    return {
        "objid": one.objid,
        "outcome": one.outcome,
        "name": one.name,
        "version": one.version,
        "files": one.files,
        "bytes": one.size,
        "made": one.made,
        "left_out": one.left_out,
        "resumed": one.resumed,
        "findings": findings,
    }


@plan.command()
@click.argument("cases", nargs=-1, metavar="[AIP]...")
@click.option("--limit", "case_limit", type=click.IntRange(0), default=0, metavar="N")
@click.pass_obj
def identify(output: Output, cases: tuple[str, ...], case_limit: int) -> int:
    """Ask newer signatures what the originals are."""
    from preserve.administration.duties import Duty
    from preserve.cli.progress import Watcher, how_to_show
    from preserve.data_management.database import open_catalogue
    from preserve.preservation_planning import reidentify
    from preserve.preservation_planning.risk_report.sections import heads
    from preserve.progress import stoppable

    home = output.home()
    catalogue = open_catalogue(home)
    actor = acting(catalogue, Duty.INGEST).account
    only = _objids(catalogue, cases)
    status = looked = files = 0
    changes: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    with stoppable(), Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher:
        watcher.begin("plan.step-identify")
        for one in reidentify.run(home, catalogue, actor=actor, limit=case_limit, progress=watcher, only=only):
            if isinstance(one, tuple):
                objid, error = one
                status = status or error.status
                failed.append(
                    {
                        "objid": objid,
                        "error": error.code,
                        "findings": [finding_document(finding) for finding in error.findings],
                    }
                )
                output.sentence(
                    "plan.case-failed", style="bold red", objid=objid, reason=say(error.code, **error.values)
                )
                output.findings(error.findings)
                continue
            looked, files = looked + 1, files + one.files
            changes += [
                {
                    "objid": change.objid,
                    "old": _format(change.old),
                    "new": _format(change.new),
                    "basis": change.basis,
                    "files": list(change.files),
                }
                for change in one.changes
            ]
    rows = [
        (one["objid"], _shown(one["old"]), _shown(one["new"]), one["basis"], str(len(one["files"]))) for one in changes
    ]
    if rows:
        output.table(list(heads("objid", "before", "now", "basis", "files")), rows)
    output.sentence(
        "plan.identified",
        cases=looked,
        files=files,
        changed=sum(len(one["files"]) for one in changes),
        signatures=reidentify.installed(),
    )
    output.result(
        {
            "ok": status == 0,
            "status": status,
            "signatures": reidentify.installed(),
            "cases": looked,
            "files": files,
            "changes": changes,
            "failed": failed,
        }
    )
    return status


def _format(named: tuple[str, str, str]) -> dict[str, str]:
    return dict(zip(("puid", "name", "version"), named, strict=True))


def _shown(named: dict[str, str]) -> str:
    return " ".join(part for part in (named["puid"] or "—", named["name"], named["version"]) if part)
