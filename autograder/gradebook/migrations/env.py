"""What alembic runs: the steps, on the connection and inside the transaction that it was given."""

from __future__ import annotations

from alembic import context

from autograder.gradebook.schema import Table

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Table.metadata, render_as_batch=True)
context.run_migrations()
