"""What a person ran last; what may be run in a server, and what is run there unasked."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("people", sa.Column("last", sa.String(100)))
    op.add_column("servers", sa.Column("deployments", sa.Text))
    op.add_column("servers", sa.Column("default_deployment", sa.String(100)))
