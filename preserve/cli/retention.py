"""`preserve retention`: until when things are kept and why, and what falls due; the appraisal has a room of its own."""

from __future__ import annotations

from dataclasses import replace

import click

from preserve.cli.appraisal import appraise, approve, object_, review, show, withdraw
from preserve.cli.main import Command, Group
from preserve.cli.output import Output, headings
from preserve.messages import listed, say
from preserve.services import retention as operations
from preserve.services import retention_rules
from preserve.services.pages import LARGEST, Page
from preserve.services.retention import Kept


@click.group(cls=Group)
def retention() -> None:
    """Until when things are kept."""


@click.command(name="list", cls=Command)
@click.option("--case", "only_case", default="", metavar="AIP")
def list_(output: Output, only_case: str) -> None:
    """Every case with the day on which it falls due and the rule that decides; of one case its recordings too."""
    listing = output.call(operations.list_kept, Page(size=LARGEST), case=only_case)
    rows, following = listing.rows, listing.next
    while following:
        page = output.call(operations.list_kept, Page(following, LARGEST))
        rows, following = rows + page.rows, page.next
    output.table(
        headings("number what due rule holds"),
        [(row.case_number, _what(row.item), _due(row), row.rule_name, _holds(row)) for row in rows],
    )
    output.document(replace(listing, rows=rows, next=""))


def _what(item: str) -> str:
    return say("retention.a-recording") if item else say("retention.the-case")


def _due(row: Kept) -> str:
    if row.gone:
        return say(f"retention.gone-{row.gone}")
    permanent = "permanent" in (row.computed, row.decided)
    return row.due or say("retention.never-permanent" if permanent else "retention.never-unknown")


def _holds(row: Kept) -> str:
    return listed(f"{say('retention.hold-' + block.kind)} {block.number}" for block in row.blocks) or "—"


@click.command(cls=Command)
@click.argument("case", metavar="AIP")
def explain(output: Output, case: str) -> None:
    """Why a case and each of its recordings is kept, and until when, with the calculation."""
    explanation = output.call(operations.explain, case)
    for thing in explanation.things:
        output.table(
            headings("rule basis calculation decides"),
            [
                (period.name, period.basis, period.words, say("words.yes") if period.decides else "")
                for period in thing.periods
            ],
            title=f"\n{thing.what}: {thing.words}",
        )
    for block in explanation.blocks:
        kind = say(f"retention.hold-{block.kind}")
        output.sentence("cli.retention-blocked", style="yellow", kind=kind, number=block.number)
    output.document(explanation)


@click.command(cls=Command)
@click.option("--months", type=click.IntRange(0, 1200), default=None, metavar="N")
@click.option("--mail", "by_mail", is_flag=True)
def due(output: Output, months: int | None, by_mail: bool) -> int:
    """What is due, and what falls due in the next months; --mail tells those whom audit.toml names."""
    listing = output.call(operations.due, months=months, mail=by_mail)
    output.table(
        headings("due number title what rule holds"),
        [
            (
                thing.due,
                thing.case_number,
                thing.title,
                _what(thing.item),
                listing.rule_names[thing.rule],
                listed(block.number for block in thing.blocks) or "—",
            )
            for thing in listing.due
        ],
    )
    if not listing.due:
        output.sentence("cli.none-found")
    if listing.more:
        output.sentence("cli.later-not-listed", style="yellow", count=listing.more)
    for reason in listing.not_sent:
        output.sentence("cli.retention-not-sent", style="yellow", why=reason)
    output.document(listing)
    return listing.status


@click.command(cls=Command)
@click.option("--apply", "put_in_force", is_flag=True)
def changes(output: Output, put_in_force: bool) -> None:
    """What the profile as it is now would change; --apply: the head puts it in force."""
    done = output.call(retention_rules.put_in_force) if put_in_force else output.call(retention_rules.changes)
    output.table(
        headings("change count"),
        [(say(f"retention.change-{kind}"), str(count)) for kind, count in sorted(done.counts.items())],
    )
    output.table(
        headings("objid what before after rule-before rule-after"),
        [
            (change.objid, _what(change.item), change.before, change.after, change.rule_before, change.rule_after)
            for change in done.listed[:200]
        ],
    )
    in_force = done.applied or done.before_sha256 == done.after_sha256
    code = "cli.retention-in-force" if in_force else "cli.retention-not-in-force"
    output.sentence(code, style="green", rows=done.rows, sha256=done.after_sha256[:16])
    output.document(done)


# In the order of the work, as the help shows them.
for command in (list_, explain, due, changes, review, show, appraise, object_, approve, withdraw):
    retention.add_command(command)
