"""Run by Alembic, inside the transaction that `migrate` began."""

from alembic import context

from storage.tables import complete

context.configure(connection=context.config.attributes["connection"], target_metadata=complete())
context.run_migrations()
