"""What alembic runs: the migrations on the connection that `step.upgrade` has opened."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    database=context.config.attributes["database"],
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
