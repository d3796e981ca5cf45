"""Runs the migrations on the connection it is handed, and tells whoever wants to know of each."""

from alembic import context

from preserve.data_management.tables import metadata

given = context.config.attributes
told = given.get("told", lambda revision: None)
context.configure(
    connection=given["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    on_version_apply=lambda *, step, **_: told(step.up_revision_id),
)
with context.begin_transaction():
    context.run_migrations()
