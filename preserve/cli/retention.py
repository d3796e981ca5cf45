"""`preserve retention`: until when things are kept and why, what falls due, and its appraisal (到期鉴定)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from preserve.cli.acting import acting, record_look
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.messages import listed, say

if TYPE_CHECKING:
    from preserve.administration.appraisal.model import Opinion, Review

_DAY = click.DateTime(["%Y-%m-%d"])
_ACTIONS = ("destroy", "extend", "transfer", "permanent")


@click.group(cls=Group)
def retention() -> None:
    """Until when things are kept."""


@retention.command(name="list")
@click.option("--case", "only_case", default="", metavar="AIP")
@click.pass_obj
def list_(output: Output, only_case: str) -> None:
    """Every case with the day on which it falls due and the rule that decides; of one case its recordings too."""
    from preserve.administration.duties import Duty
    from preserve.administration.retention import keeping
    from preserve.administration.retention.explaining import rule_name
    from preserve.data_management import gone, retention_index
    from preserve.data_management.blocks import blocks_by_case
    from preserve.data_management.cases import find_case, list_cases
    from preserve.data_management.database import open_catalogue
    from preserve.errors import Refused

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.FIND, subject=only_case)
    with catalogue.read() as connection:
        rules = keeping.rules_in_force(home, connection) or keeping.rules_now(home)
        named = {row.objid: row.case_number for row in list_cases(connection, limit=10_000_000)}
        lost = {(one.objid, one.item): one for one in gone.all_gone(connection)}
        blocked = blocks_by_case(connection)
        if only_case:
            objid = find_case(connection, only_case)
            if objid is None:
                raise Refused("cli.case-unknown", only_case)
            rows = retention_index.rows_of(connection, objid)
        else:
            rows = [row for row in retention_index.all_rows(connection) if not row.item]
        counts = retention_index.counts(connection)
    record_look(catalogue, person, "retention.listed", only_case or home.settings.archive_id, rows=len(rows))
    listing = []
    for row in rows:
        found = lost.get((row.objid, row.item)) or lost.get((row.objid, ""))
        listing.append(
            {
                "objid": row.objid, "item": row.item, "case_number": named.get(row.objid, row.objid), "due": row.due,
                "computed": row.computed, "decided": row.decided, "rule": row.rule,
                "blocks": [asdict(one) for one in blocked.get(row.objid, ())],
                "gone": found.state if found else "", "disposal": found.disposal if found else "",
            }
        )  # fmt: skip
    output.table(
        [say(f"cli.heading-{name}") for name in ("number", "what", "due", "rule", "holds")],
        [
            (one["case_number"], say("retention.a-recording") if one["item"] else say("retention.the-case"),
             say(f"retention.gone-{one['gone']}") if one["gone"] else one["due"] or say(
                 "retention.never-permanent" if "permanent" in (one["computed"], one["decided"])
                 else "retention.never-unknown"),
             rule_name(rules.profile, one["rule"]),
             listed(f"{say('retention.hold-' + block['kind'])} {block['number']}" for block in one["blocks"]) or "—")
            for one in cast(Any, listing)
        ],
    )  # fmt: skip
    output.result({"ok": True, "rows": listing, "counts": counts, "rules_sha256": rules.sha256})


@retention.command()
@click.argument("case", metavar="AIP")
@click.pass_obj
def explain(output: Output, case: str) -> None:
    """Why a case and each of its recordings is kept, and until when, with the calculation."""
    from preserve.administration.duties import Duty
    from preserve.administration.retention import keeping
    from preserve.administration.retention.explaining import basis, due_words, period_words, rule_name
    from preserve.data_management import gone, retention_index
    from preserve.data_management.blocks import blocks
    from preserve.data_management.cases import find_case
    from preserve.data_management.database import open_catalogue
    from preserve.errors import Refused

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.FIND, subject=case)
    with catalogue.read() as connection:
        objid = find_case(connection, case)
        if objid is None:
            raise Refused("cli.case-unknown", case)
        rules = keeping.rules_in_force(home, connection) or keeping.rules_now(home)
        rows = retention_index.rows_of(connection, objid)
        paths = keeping.paths_of(connection, objid)
        standing = blocks(connection, objid)
        lost = {one.item: one for one in gone.of_case(connection, objid)}
    record_look(catalogue, person, "case.viewed", objid, what="retention")
    told = []
    for row in rows:
        due = keeping.calculate(rules.profile, row, rows[0].facts)
        what = paths.get(row.item, row.item) or say("retention.the-case")
        sentence = due_words(due, row.decided, row.due)
        periods = [
            {
                "rule": one.rule, "name": rule_name(rules.profile, one.rule), "basis": basis(rules.profile, one.rule),
                "event": one.event, "start": str(one.start or ""), "years": one.years, "count": one.count,
                "last": str(one.last or ""), "never": one.never, "words": period_words(one),
                "decides": one.rule == due.rule,
            }
            for one in due.periods
        ]  # fmt: skip
        told.append({"item": row.item, "what": what, "due": row.due, "computed": row.computed,
                     "decided": row.decided, "words": sentence, "periods": periods,
                     "gone": asdict(lost[row.item]) if row.item in lost else None})  # fmt: skip
        output.table(
            [say(f"cli.heading-{name}") for name in ("rule", "basis", "calculation", "decides")],
            [(str(p["name"]), str(p["basis"]), str(p["words"]), say("cli.yes") if p["decides"] else "")
             for p in periods],
            title=f"\n{what}: {sentence}",
        )  # fmt: skip
    for one in standing:
        output.sentence(
            "cli.retention-blocked", style="yellow", kind=say(f"retention.hold-{one.kind}"), number=one.number
        )
    output.result(
        {"ok": True, "objid": objid, "rules_sha256": rules.sha256, "things": told,
         "blocks": [asdict(one) for one in standing]}
    )  # fmt: skip


@retention.command()
@click.option("--months", type=click.IntRange(0, 1200), default=None, metavar="N")
@click.option("--mail", "by_mail", is_flag=True)
@click.pass_obj
def due(output: Output, months: int | None, by_mail: bool) -> int:
    """What is due, and what falls due in the next months; --mail tells those whom audit.toml names."""
    from preserve.administration.duties import Duty
    from preserve.administration.retention import keeping
    from preserve.administration.retention.explaining import rule_name
    from preserve.administration.retention.notice import announce, falling_due
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.FIND)
    with catalogue.read() as connection:
        rules = keeping.rules_in_force(home, connection) or keeping.rules_now(home)
        span = rules.profile.notice.months if months is None else months
        found = falling_due(home, connection, span, now())
    record_look(catalogue, person, "retention.listed", home.settings.archive_id, rows=len(found))
    output.table(
        [say(f"cli.heading-{name}") for name in ("due", "number", "title", "what", "rule", "holds")],
        [
            (one.due, one.case_number, one.title,
             say("retention.a-recording") if one.item else say("retention.the-case"),
             rule_name(rules.profile, one.rule), listed(block.number for block in one.blocks) or "—")
            for one in found
        ],
    )  # fmt: skip
    if not found:
        output.sentence("cli.none-found")
    failed = announce(home, found, span) if found and (by_mail or rules.profile.notice.mail) else []
    for why in failed:
        output.sentence("cli.retention-not-sent", style="yellow", why=why)
    output.result({"ok": not failed, "months": span, "due": [asdict(one) for one in found], "not_sent": failed})
    return 5 if failed else 0


@retention.command()
@click.option("--apply", "put_in_force", is_flag=True)
@click.pass_obj
def changes(output: Output, put_in_force: bool) -> None:
    """What the profile as it is now would change; --apply: the head puts it in force."""
    from preserve.administration.duties import Duty
    from preserve.administration.people import require
    from preserve.administration.retention import keeping
    from preserve.clock import now
    from preserve.data_management import retention_index
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DECIDE) if put_in_force else acting(catalogue, Duty.FIND, Duty.REPORT)
    if put_in_force:
        with catalogue.begin() as connection:
            require(connection, person, Duty.DECIDE)
            found = keeping.apply(home, connection, actor=person.account, moment=now())
    else:
        with catalogue.read() as connection:
            found = keeping.preview(home, connection)
    with catalogue.read() as connection:
        held = retention_index.rules_in_force(connection)
    output.table(
        [say("cli.heading-change"), say("cli.heading-count")],
        [(say(f"retention.change-{kind}"), str(count)) for kind, count in sorted(found.counts.items())],
    )
    output.table(
        [say(f"cli.heading-{name}") for name in ("objid", "what", "before", "after", "rule-before", "rule-after")],
        [
            (one.objid, say("retention.a-recording") if one.item else say("retention.the-case"), one.before, one.after,
             one.rule_before, one.rule_after)
            for one in found.listed[:200]
        ],
    )  # fmt: skip
    same = found.before_sha256 == found.after_sha256
    code = "cli.retention-in-force" if put_in_force or same else "cli.retention-not-in-force"
    output.sentence(code, style="green", rows=found.rows, sha256=found.after_sha256[:16])
    output.result(
        {"ok": True, "applied": put_in_force, **asdict(found),
         "in_force": [{"since": one.since, "actor": one.actor, "sha256": one.sha256} for one in held]}
    )  # fmt: skip


# --- appraisal


@retention.command()
@click.option("--until", type=_DAY, default=None)
@click.option("--folder", "list_folder", type=click.Path(path_type=Path, file_okay=False), default=None, metavar="DIR")
@click.pass_obj
def review(output: Output, until: datetime | None, list_folder: Path | None) -> None:
    """Draw the list of what is due by a day; --folder: as PDF/A and as a workbook to fill in."""
    from preserve.administration.appraisal.deeds import draw
    from preserve.administration.duties import Duty
    from preserve.clock import now, zone
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.APPRAISE)
    moment = now()
    day = until.date() if until else moment.astimezone(zone(home.settings.time_zone)).date()
    made = draw(home, catalogue, person, day, moment=moment)
    _tell(output, made, list_folder)
    output.sentence("cli.review-drawn", style="green", number=made.number, count=len(made.items))


@retention.command()
@click.argument("number", metavar="REVIEW")
@click.option("--folder", "list_folder", type=click.Path(path_type=Path, file_okay=False), default=None, metavar="DIR")
@click.pass_obj
def show(output: Output, number: str, list_folder: Path | None) -> None:
    """An appraisal as it stands; --folder: as PDF/A and workbook."""
    from preserve.administration.appraisal.deeds import read_review
    from preserve.administration.duties import Duty
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.FIND, Duty.APPRAISE, subject=number)
    with catalogue.read() as connection:
        found = read_review(connection, home, number)
    record_look(catalogue, person, "review-record.viewed", number, items=len(found.items))
    _tell(output, found, list_folder)


def _tell(output: Output, found: Review, folder: Path | None) -> None:
    from preserve.administration.appraisal.printing import as_paper, as_workbook, cells, heads
    from preserve.administration.retention import keeping
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.description.vocabulary import read_vocabulary
    from storage_adapters.durable import write_file

    home = output.home()
    words = read_vocabulary(home.profiles)
    with open_catalogue(home).read() as connection:
        rules = keeping.rules_in_force(home, connection) or keeping.rules_now(home)
    files = []
    if folder is not None:
        target = folder.absolute()
        for name, data in (
            (f"{found.number}.pdf", as_paper(home, rules.profile, found, now())),
            (f"{found.number}.xlsx", as_workbook(home, rules.profile, found)),
        ):
            write_file(target / name, data, mode=0o640)
            files.append(str(target / name))
    output.table(heads(), [cells(rules.profile, words, item) for item in found.items[:1000]])
    agreed = found.agreed() if found.approval is None else found.approval.outcome
    output.table(
        [say("retention.head-row"), say("retention.head-outcome")],
        [(str(row), say(f"retention.action-{one.action}") + (f" {one.until}" if one.until else ""))
         for row, one in agreed.items()],
    )  # fmt: skip
    output.result(
        {
            "ok": True, "review": found.model_dump(mode="json"), "files": files,
            "agreed": {str(row): one.model_dump(mode="json") for row, one in agreed.items()},
            "objected": sorted(found.objected()),
        }
    )  # fmt: skip


@retention.command()
@click.argument("number", metavar="REVIEW")
@click.option("--item", "items", type=int, multiple=True, metavar="N")
@click.option("--all-items", "every_item", is_flag=True)
@click.option("--decision", type=click.Choice(_ACTIONS), default=None)
@click.option("--until", type=_DAY, default=None)
@click.option("--reason", default="", metavar="TEXT")
@click.option("--from", "filled", type=click.Path(path_type=Path, dir_okay=False), default=None, metavar="XLSX")
@click.pass_obj
def appraise(
    output: Output, number: str, items: tuple[int, ...], every_item: bool, decision: str | None,
    until: datetime | None, reason: str, filled: Path | None,
) -> None:  # fmt: skip
    """Say what becomes of items: by --item and --decision, or with the filled workbook."""
    from preserve.administration.appraisal.deeds import appraise as say_it
    from preserve.administration.appraisal.deeds import read_review
    from preserve.administration.appraisal.model import Opinion
    from preserve.administration.appraisal.printing import read_workbook
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.errors import UsageError

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.APPRAISE, subject=number)
    with catalogue.read() as connection:
        found = read_review(connection, home, number)
    opinions: dict[int, Opinion] = read_workbook(found, filled.absolute()) if filled else {}
    rows = [one.row for one in found.items] if every_item else list(items)
    if rows and decision is None:
        raise UsageError("retention.no-opinions", number)
    day: date | None = until.date() if until else None
    for row in rows:
        opinions[row] = Opinion(action=cast(Any, decision), until=day, why=reason.strip())
    done = say_it(home, catalogue, person, number, opinions, moment=now())
    agreed = len(done.agreed())
    output.sentence("cli.review-appraised", style="green", number=number, count=len(opinions), agreed=agreed)
    output.result({"ok": True, "number": number, "state": done.state, "said": len(opinions),
                   "agreed": agreed})  # fmt: skip


@retention.command(name="object")
@click.argument("number", metavar="REVIEW")
@click.option("--item", "item_number", type=int, required=True, metavar="N")
@click.option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def object_(output: Output, number: str, item_number: int, reason: str) -> None:
    """Object to an item: it stops here."""
    from preserve.administration.appraisal.deeds import object_to
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.FIND, subject=number)
    done = object_to(home, catalogue, person, number, item_number, reason=reason, moment=now())
    output.sentence("cli.review-objected", style="green", number=number, row=item_number)
    output.result({"ok": True, "number": number, "state": done.state, "objected": sorted(done.objected())})


@retention.command()
@click.argument("number", metavar="REVIEW")
@click.option("--reason", default="", metavar="TEXT")
@click.pass_obj
def approve(output: Output, number: str, reason: str) -> None:
    """The head approves what the group agreed on."""
    from preserve.administration.appraisal.deeds import approve as approve_it
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DECIDE, subject=number)
    done = approve_it(home, catalogue, person, number, reason=reason, moment=now())
    assert done.approval is not None
    left = len(done.items) - len(done.approval.outcome)
    output.sentence("cli.review-approved", style="green", number=number, count=len(done.approval.outcome), left=left)
    output.result({"ok": True, "number": number, "state": done.state, "left": left,
                   "outcome": done.model_dump(mode="json")["approval"]["outcome"]})  # fmt: skip


@retention.command()
@click.argument("number", metavar="REVIEW")
@click.option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def withdraw(output: Output, number: str, reason: str) -> None:
    """Give an appraisal up before it is approved."""
    from preserve.administration.appraisal.deeds import withdraw as withdraw_it
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.APPRAISE, subject=number)
    done = withdraw_it(home, catalogue, person, number, reason=reason, moment=now())
    output.sentence("cli.review-withdrawn", style="green", number=number)
    output.result({"ok": True, "number": number, "state": done.state})
