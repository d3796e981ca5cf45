"""Columns of the ledger follow from its entries; requests are proceedings like the others."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

# As they were in this release; what the tables say of them later is for later migrations.
_ACTION = """substr(entry, 12, instr(substr(entry, 12), '"') - 1)"""
_BEFORE_SUBJECT = """'"number":' || number || ',"subject":"'"""
_SUBJECT_AT = f"instr(entry, {_BEFORE_SUBJECT}) + length({_BEFORE_SUBJECT})"
_AFTER_SUBJECT = len('","time":"2026-11-28T08:00:00Z"}')
_SUBJECT = (
    f"CASE WHEN instr(entry, {_BEFORE_SUBJECT}) > 0 THEN replace(replace(substr(entry, {_SUBJECT_AT}, "
    f"length(entry) - {_AFTER_SUBJECT} - ({_SUBJECT_AT}) + 1), '\\\"', '\"'), '\\\\', '\\') ELSE '' END"
)
_OPENINGS = "|request.opened|hold.added|disposal.proposed|transfer.prepared|"
_CASES_AT = """(instr(entry, '"cases":["') + 8)"""
_CASES = (
    f"CASE WHEN instr('{_OPENINGS}', '|' || {_ACTION} || '|') > 0 AND instr(entry, '\"cases\":[\"') > 0 "
    f"THEN substr(entry, {_CASES_AT}, instr(substr(entry, {_CASES_AT}), ']')) END"
)
COLUMNS = {"action": _ACTION, "subject": _SUBJECT, "cases": _CASES}


def upgrade() -> None:
    """The search columns of the ledger are generated; `requests` goes into `proceedings`.

    The rows of requests are taken as they are: `ledger verify` holds them against the ledger.
    """
    for index in ("ledger_by_subject", "ledger_by_action"):
        op.drop_index(index, "ledger")
    for name in ("action", "subject"):
        op.execute(f"ALTER TABLE ledger DROP COLUMN {name}")
    for name, expression in COLUMNS.items():
        op.execute(f"ALTER TABLE ledger ADD COLUMN {name} TEXT GENERATED ALWAYS AS ({expression}) VIRTUAL")
    op.create_index("ledger_by_subject", "ledger", ["subject", "action"])
    op.create_index("ledger_by_action", "ledger", ["action"])
    op.execute("CREATE INDEX ledger_by_cases ON ledger (cases, action, subject) WHERE cases IS NOT NULL")
    op.rename_table("proceedings", "old_proceedings")
    op.drop_index("proceedings_by_state", "old_proceedings")
    op.create_table(
        "proceedings",
        sa.Column("number", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False, server_default=""),
        sa.Column("due", sa.Text(), nullable=False, server_default=""),
        sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
    )
    op.create_index("proceedings_by_state", "proceedings", ["kind", "state", "due"])
    op.execute(
        "INSERT INTO proceedings (number, kind, state, opened, about, steps, sha256) "
        "SELECT number, kind, state, opened, about, steps, sha256 FROM old_proceedings"
    )
    op.execute(
        "INSERT INTO proceedings (number, kind, state, opened, about, due, urgent, steps, sha256) "
        "SELECT number, 'request', state, opened, capacity, due, urgent, steps, sha256 FROM requests"
    )
    op.add_column("proceeding_cases", sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
    # Their order was not kept; the ledger has it.
    op.execute(
        "UPDATE proceeding_cases SET place = coalesce((SELECT one.key FROM ledger, json_each(ledger.cases) AS one "
        "WHERE ledger.cases IS NOT NULL AND ledger.subject = proceeding_cases.number "
        "AND one.value = proceeding_cases.objid), 0)"
    )
    op.execute(
        "INSERT OR IGNORE INTO proceeding_cases (objid, number, place) "
        "SELECT one.value, requests.number, one.key FROM requests, json_each(requests.cases) AS one"
    )
    op.drop_table("old_proceedings")
    op.drop_table("requests")
    op.create_index("proceeding_cases_by_number", "proceeding_cases", ["number"])
