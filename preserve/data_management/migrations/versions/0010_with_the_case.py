"""Recordings that came with a case live as long as it: days that were counted otherwise are to be counted again."""

from alembic import op

from preserve.data_management.retention_index import NOT_COUNTED

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """The rows of cases with recordings go; who knows the rules counts them again (`rules_in_force.count_again`).

    The mark is left by the same transaction, so that an upgrade that was cut off is gone on with.
    """
    with_recordings = "SELECT objid FROM retention WHERE instr(facts, '[1,') > 0"
    if op.get_bind().exec_driver_sql(f"DELETE FROM retention WHERE objid IN ({with_recordings})").rowcount:
        op.execute(f"PRAGMA user_version={NOT_COUNTED}")
