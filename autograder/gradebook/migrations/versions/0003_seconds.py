"""How long each grade took, so that what takes longest can be begun first the next time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("grades", sa.Column("seconds", sa.Float(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("grades", schema=None) as batch_op:
        batch_op.drop_column("seconds")
