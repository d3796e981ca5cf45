"""`preserve retention`: until when things are kept and why, and what falls due; the appraisal has a room of its own."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

import click

from preserve.cli.acting import acting, record_look
from preserve.cli.appraisal import appraise, approve, object_, review, show, withdraw
from preserve.cli.main import Command, Group
from preserve.cli.output import Output
from preserve.messages import listed, say

if TYPE_CHECKING:
    pass


@click.group(cls=Group)
def retention() -> None:
    """Until when things are kept."""


@click.command(name="list", cls=Command)
@click.option("--case", "only_case", default="", metavar="AIP")
@click.pass_obj
def list_(output: Output, only_case: str) -> None:
    """Every case with the day on which it falls due and the rule that decides; of one case its recordings too."""
    from preserve.administration.duties import Duty
    from preserve.administration.retention import rules_in_force
    from preserve.administration.retention.wording import rule_name
    from preserve.data_management import destroyed, retention_index
    from preserve.data_management.cases import find_case, list_cases
    from preserve.data_management.database import open_catalogue
    from preserve.data_management.disposal_holds import blocks_by_case
    from preserve.errors import Refused

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.FIND, subject=only_case)
    with catalogue.read() as connection:
        rules = rules_in_force.rules_in_force(home, connection) or rules_in_force.rules_now(home)
        named = {row.objid: row.case_number for row in list_cases(connection, limit=10_000_000)}
        lost = {(one.objid, one.item): one for one in destroyed.all_gone(connection)}
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
                "objid": row.objid,
                "item": row.item,
                "case_number": named.get(row.objid, row.objid),
                "due": row.due,
                "computed": row.computed,
                "decided": row.decided,
                "rule": row.rule,
                "blocks": [asdict(one) for one in blocked.get(row.objid, ())],
                "gone": found.state if found else "",
                "disposal": found.disposal if found else "",
            }
        )
    output.table(
        [say(f"words.heading-{name}") for name in ("number", "what", "due", "rule", "holds")],
        [
            (
                one["case_number"],
                say("retention.a-recording") if one["item"] else say("retention.the-case"),
                say(f"retention.gone-{one['gone']}")
                if one["gone"]
                else one["due"]
                or say(
                    "retention.never-permanent"
                    if "permanent" in (one["computed"], one["decided"])
                    else "retention.never-unknown"
                ),
                rule_name(rules.profile, one["rule"]),
                listed(f"{say('retention.hold-' + block['kind'])} {block['number']}" for block in one["blocks"]) or "—",
            )
            for one in cast(Any, listing)
        ],
    )
    output.result({"ok": True, "rows": listing, "counts": counts, "rules_sha256": rules.sha256})


@click.command(cls=Command)
@click.argument("case", metavar="AIP")
@click.pass_obj
def explain(output: Output, case: str) -> None:
    """Why a case and each of its recordings is kept, and until when, with the calculation."""
    from preserve.administration.duties import Duty
    from preserve.administration.retention import rules_in_force
    from preserve.administration.retention.wording import basis, due_words, period_words, rule_name
    from preserve.data_management import destroyed, retention_index
    from preserve.data_management.cases import find_case
    from preserve.data_management.database import open_catalogue
    from preserve.data_management.disposal_holds import blocks
    from preserve.errors import Refused

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.FIND, subject=case)
    with catalogue.read() as connection:
        objid = find_case(connection, case)
        if objid is None:
            raise Refused("cli.case-unknown", case)
        rules = rules_in_force.rules_in_force(home, connection) or rules_in_force.rules_now(home)
        rows = retention_index.rows_of(connection, objid)
        paths = rules_in_force.paths_of(connection, objid)
        standing = blocks(connection, objid)
        lost = {one.item: one for one in destroyed.of_case(connection, objid)}
    record_look(catalogue, person, "case.viewed", objid, what="retention")
    told = []
    for row in rows:
        due = rules_in_force.calculate(rules.profile, row, rows[0].facts)
        what = paths.get(row.item, row.item) or say("retention.the-case")
        sentence = due_words(due, row.decided, row.due)
        periods = [
            {
                "rule": one.rule,
                "name": rule_name(rules.profile, one.rule),
                "basis": basis(rules.profile, one.rule),
                "event": one.event,
                "start": str(one.start or ""),
                "years": one.years,
                "count": one.count,
                "last": str(one.last or ""),
                "never": one.never,
                "words": period_words(one),
                "decides": one.rule == due.rule,
            }
            for one in due.periods
        ]
        told.append(
            {
                "item": row.item,
                "what": what,
                "due": row.due,
                "computed": row.computed,
                "decided": row.decided,
                "words": sentence,
                "periods": periods,
                "gone": asdict(lost[row.item]) if row.item in lost else None,
            }
        )
        output.table(
            [say(f"words.heading-{name}") for name in ("rule", "basis", "calculation", "decides")],
            [
                (str(p["name"]), str(p["basis"]), str(p["words"]), say("words.yes") if p["decides"] else "")
                for p in periods
            ],
            title=f"\n{what}: {sentence}",
        )
    for one in standing:
        output.sentence(
            "cli.retention-blocked", style="yellow", kind=say(f"retention.hold-{one.kind}"), number=one.number
        )
    output.result(
        {
            "ok": True,
            "objid": objid,
            "rules_sha256": rules.sha256,
            "things": told,
            "blocks": [asdict(one) for one in standing],
        }
    )


@click.command(cls=Command)
@click.option("--months", type=click.IntRange(0, 1200), default=None, metavar="N")
@click.option("--mail", "by_mail", is_flag=True)
@click.pass_obj
def due(output: Output, months: int | None, by_mail: bool) -> int:
    """What is due, and what falls due in the next months; --mail tells those whom audit.toml names."""
    from preserve.administration.duties import Duty
    from preserve.administration.retention import rules_in_force
    from preserve.administration.retention.notice import announce, falling_due
    from preserve.administration.retention.wording import rule_name
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.FIND)
    with catalogue.read() as connection:
        rules = rules_in_force.rules_in_force(home, connection) or rules_in_force.rules_now(home)
        span = rules.profile.notice.months if months is None else months
        found = falling_due(home, connection, span, now())
    record_look(catalogue, person, "retention.listed", home.settings.archive_id, rows=len(found))
    output.table(
        [say(f"words.heading-{name}") for name in ("due", "number", "title", "what", "rule", "holds")],
        [
            (
                one.due,
                one.case_number,
                one.title,
                say("retention.a-recording") if one.item else say("retention.the-case"),
                rule_name(rules.profile, one.rule),
                listed(block.number for block in one.blocks) or "—",
            )
            for one in found
        ],
    )
    if not found:
        output.sentence("cli.none-found")
    failed = announce(home, found, span) if found and (by_mail or rules.profile.notice.mail) else []
    for why in failed:
        output.sentence("cli.retention-not-sent", style="yellow", why=why)
    output.result({"ok": not failed, "months": span, "due": [asdict(one) for one in found], "not_sent": failed})
    return 5 if failed else 0


@click.command(cls=Command)
@click.option("--apply", "put_in_force", is_flag=True)
@click.pass_obj
def changes(output: Output, put_in_force: bool) -> None:
    """What the profile as it is now would change; --apply: the head puts it in force."""
    from preserve.administration.duties import Duty
    from preserve.administration.people import require
    from preserve.administration.retention import rules_in_force
    from preserve.clock import now
    from preserve.data_management import retention_index
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DECIDE) if put_in_force else acting(catalogue, Duty.FIND, Duty.REPORT)
    if put_in_force:
        with catalogue.begin() as connection:
            require(connection, person, Duty.DECIDE)
            found = rules_in_force.apply(home, connection, actor=person.account, moment=now())
    else:
        with catalogue.read() as connection:
            found = rules_in_force.preview(home, connection)
    with catalogue.read() as connection:
        held = retention_index.rules_in_force(connection)
    output.table(
        [say("words.heading-change"), say("words.heading-count")],
        [(say(f"retention.change-{kind}"), str(count)) for kind, count in sorted(found.counts.items())],
    )
    output.table(
        [say(f"words.heading-{name}") for name in ("objid", "what", "before", "after", "rule-before", "rule-after")],
        [
            (
                one.objid,
                say("retention.a-recording") if one.item else say("retention.the-case"),
                one.before,
                one.after,
                one.rule_before,
                one.rule_after,
            )
            for one in found.listed[:200]
        ],
    )
    same = found.before_sha256 == found.after_sha256
    code = "cli.retention-in-force" if put_in_force or same else "cli.retention-not-in-force"
    output.sentence(code, style="green", rows=found.rows, sha256=found.after_sha256[:16])
    output.result(
        {
            "ok": True,
            "applied": put_in_force,
            **asdict(found),
            "in_force": [{"since": one.since, "actor": one.actor, "sha256": one.sha256} for one in held],
        }
    )


# --- appraisal


# In the order of the work, as the help shows them.
for one in (list_, explain, due, changes, review, show, appraise, object_, approve, withdraw):
    retention.add_command(one)
