"""`preserve list` and `show`: ask the catalogue and show what it knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from preserve.cli.acting import acting, record_look
from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import NewFile
from preserve.messages import bytes_for_people, listed, say


@click.command(name="list", cls=Command)
@click.pass_obj
def list_cases(output: Output) -> None:
    """Cases in the catalogue, then ingests that are not done."""
    from dataclasses import asdict

    from preserve.administration.duties import Duty
    from preserve.data_management import cases, journal
    from preserve.data_management.database import open_catalogue
    from preserve.description.vocabulary import read_what_is_sound

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.FIND)
    with catalogue.read() as connection:
        rows = list(cases.list_cases(connection, limit=100_000))
        unfinished = journal.unfinished(connection)
    record_look(catalogue, person, "catalogue.listed", home.settings.archive_id, cases=len(rows))
    heads = ("number", "title", "type", "closed", "version", "files", "size", "objid")
    words = read_what_is_sound(home.profiles)
    output.table(
        [say(f"words.heading-{name}") for name in heads],
        [
            (
                r.case_number,
                r.title,
                words.label("case_type", r.case_type),
                r.closed or "",
                str(r.version),
                str(r.files),
                bytes_for_people(r.size),
                r.objid,
            )
            for r in rows
        ],
    )
    if not rows and not output.as_json:
        output.sentence("cli.none-found")
    if unfinished:
        output.table(
            [say(f"words.heading-{name}") for name in ("number", "state", "step", "time", "where")],
            [(r.case_number, say(f"cli.state-{r.state}"), r.step, r.started, r.source) for r in unfinished],
            title=say("cli.unfinished"),
        )
    hidden = {"description", "findings"}
    output.result(
        {
            "ok": True,
            "cases": [asdict(row) for row in rows],
            "unfinished": [{k: v for k, v in asdict(row).items() if k not in hidden} for row in unfinished],
        }
    )


@click.command(cls=Command)
@click.argument("case", metavar="AIP")
@click.option("--history", is_flag=True)
@click.option("--object", "life_object", default="", metavar="PATH")
@click.option("--pdf", "life_pdf", type=NewFile(), default=None, metavar="FILE")
@click.option("--html", "life_html", type=NewFile(), default=None, metavar="FILE")
@click.pass_obj
def show(
    output: Output, case: str, history: bool, life_object: str, life_pdf: Path | None, life_html: Path | None
) -> int:
    """The whole life of one case; --history with every event, for courts and inspectors."""
    if history:
        from preserve.cli.history import tell_history

        return tell_history(output, case, life_object, {"pdf": life_pdf, "html": life_html})
    if life_object or life_pdf or life_html:
        from preserve.errors import UsageError

        raise UsageError("cli.history-only")
    from preserve.administration.duties import Duty
    from preserve.archival_storage.policy import read_policy, standing
    from preserve.data_management import destroyed, proceedings, retention_index
    from preserve.data_management.cases import show_case
    from preserve.data_management.database import open_catalogue
    from preserve.data_management.disposal_holds import blocks
    from preserve.description.labels import label_of
    from preserve.description.schema import Classification
    from preserve.description.vocabulary import read_what_is_sound
    from preserve.errors import Refused

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.FIND, subject=case)
    with catalogue.read() as connection:
        life = show_case(connection, case)
        if life is None:
            raise Refused("cli.case-unknown", case)
        newest = max((int(version["version"]) for version in life.versions), default=0)
        stands = standing(connection, life.case["objid"], newest, read_policy(home.profiles))
        objid = life.case["objid"]
        kept, held, lost = (
            retention_index.rows_of(connection, objid),
            blocks(connection, objid),
            destroyed.of_case(connection, objid),
        )
        sent = proceedings.about_case(connection, "transfer", objid)
    record_look(catalogue, person, "case.viewed", objid, what="catalogue")
    document = {
        "ok": True,
        "case": life.case,
        "description": life.description,
        "versions": life.versions,
        "formats": life.formats,
        "copies": [_copy(row) for row in life.copies],
        "events": life.events,
        "ledger": life.ledger,
        "sealed": stands.sealed,
        "missing": [{"kind": kind, "count": count} for kind, count in stands.missing],
        "retention": [_copy(row) for row in kept],
        "blocks": [_copy(one) for one in held],
        "gone": [_copy(one) for one in lost],
        "transfers": [{"number": one.number, "state": one.state, "opened": one.opened} for one in sent],
    }
    output.result(document)
    if output.as_json:
        return 0
    facts = life.case
    output.table(
        ["", ""],
        [
            (say("words.heading-number"), facts["case_number"]),
            (say("words.heading-archival-number"), facts["archival_number"] or "—"),
            (say("words.heading-title"), facts["title"]),
            (say("words.heading-type"), read_what_is_sound(home.profiles).label("case_type", facts["case_type"])),
            (say("words.heading-closed"), facts["closed"] or "—"),
            (say("compliance.restriction"), label_of(Classification(facts["classification"]))),
            (say("words.heading-objid"), facts["objid"]),
            (say("words.heading-due"), (kept[0].due if kept else None) or "—"),
            (
                say("words.heading-holds"),
                listed(f"{say(f'retention.hold-{one.kind}')} {one.number}" for one in held) or "—",
            ),
            *(
                (say("words.heading-gone"), f"{say(f'retention.gone-{one.state}')} {one.disposal} {one.since[:10]}")
                for one in lost
            ),
            *((say("transfer.head-number"), f"{one.number} {say(f'transfer.state-{one.state}')}") for one in sent),
        ],
    )
    output.table(
        [say(f"words.heading-{n}") for n in ("version", "name", "created", "files", "size")],
        [
            (str(v["version"]), v["name"], v["created"], str(v["files"]), bytes_for_people(v["size"]))
            for v in life.versions
        ],
        title="\n" + say("cli.title-versions"),
    )
    output.table(
        [say(f"words.heading-{n}") for n in ("representation", "puid", "format", "files", "size")],
        [
            (
                say(f"words.representation-{f['representation']}"),
                f["puid"] or "—",
                f["format_name"],
                str(f["files"]),
                bytes_for_people(f["size"]),
            )
            for f in life.formats
            if f["version"] == newest
        ],
        title="\n" + say("cli.title-formats"),
    )
    output.table(
        [say(f"words.heading-{n}") for n in ("version", "medium", "state", "written", "verified")],
        [
            (str(c.version), c.medium, say(f"words.copy-{c.state}"), c.written or "—", c.verified or "—")
            for c in life.copies
        ],
        title="\n" + say("cli.title-copies"),
    )
    output.table(
        [say(f"words.heading-{n}") for n in ("time", "event", "outcome", "detail")],
        [(e["happened"], e["kind"], e["outcome"], _short(e["detail"])) for e in life.events],
        title="\n" + say("cli.title-events"),
    )
    output.table(
        [say(f"words.heading-{n}") for n in ("time", "actor", "action", "detail")],
        [
            (e["time"], e["actor"], e["action"], _short(json.dumps(e["details"], ensure_ascii=False)))
            for e in life.ledger
        ],
        title="\n" + say("cli.title-ledger"),
    )
    from preserve.cli.ingest import _say_standing

    if not any(not one.item for one in lost):
        _say_standing(output, stands.sealed, stands.missing)
    return 0


def _copy(row: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(row)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else line[:99] + "…"
