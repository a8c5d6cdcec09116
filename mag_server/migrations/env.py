"""Alembic's entry: it runs on the connection that base.db hands over, and on no other."""

from alembic import context

from mag_server.migrations.tables import metadata

connection = context.config.attributes["connection"]
if connection is None:
    raise SystemExit("run `mag serve` or `mag demo`: they migrate the database they are given")
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
