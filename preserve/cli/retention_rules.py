"""`preserve retention changes`: what the rules as they are written now would change, and putting them in force."""

from __future__ import annotations

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.services import retention_rules
from preserve.services.tables import retention as tables


@click.command(cls=Command)
@click.option("--apply", is_flag=True)
def changes(output: Output, apply: bool) -> None:
    """What the profile as it is now would change; --apply: the head puts it in force."""
    rules = output.call(retention_rules.put_in_force) if apply else output.call(retention_rules.changes)
    output.tables(*tables.changes(rules))
    in_force = rules.applied or rules.before_sha256 == rules.after_sha256
    code = "cli.retention-in-force" if in_force else "cli.retention-not-in-force"
    output.done(code, rules, rows=rules.rows, sha256=rules.after_sha256[:16])
