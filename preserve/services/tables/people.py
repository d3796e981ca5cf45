"""Tables of people: accounts, and who decides in the head's place."""

from __future__ import annotations

from collections.abc import Iterator

from preserve.messages import say
from preserve.services.people import People, WhoActs
from preserve.services.tables import Table, cells, facts, table


def people(known: People) -> Iterator[Table]:
    """Accounts, and the delegations that hold or will, where there are any."""
    yield table(
        "account person roles os-user state",
        (
            (
                account.name,
                account.person,
                say("words.list-comma").join(say(f"people.role-{role}") for role in account.roles),
                account.os_user,
                say(f"people.state-{account.state}"),
            )
            for account in known.accounts
        ),
    )
    if known.delegations:
        yield table(
            "head deputy since until reason",
            ((row.head, row.deputy, row.since, row.until, row.reason) for row in known.delegations),
            title=say("cli.title-delegations"),
        )


def who(acting: WhoActs) -> Table:
    """Who acts, and until when."""
    names = ("account", "person", "roles", "deputy-of", "by", "until")
    roles = say("words.list-comma").join(say(f"people.role-{role}") for role in acting.roles)
    by = say(f"people.by-{acting.by}")
    values = cells(acting.account, acting.person, roles, acting.deputy_of, by, acting.expires)
    return facts((say(f"words.heading-{name}"), value) for name, value in zip(names, values, strict=True))
