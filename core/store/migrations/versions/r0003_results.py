"""Who may press buttons in a server, its upscaler and its gallery; what is in a gallery; how a run was shown."""

import sqlalchemy as sa
from alembic import op

from core.store.tables import Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("servers", sa.Column("owners_only", sa.Boolean))
    op.add_column("servers", sa.Column("upscaler", sa.String(100)))
    op.add_column("servers", sa.Column("gallery", sa.BigInteger))
    op.create_table(
        "keepsakes",
        sa.Column("guild", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("run_id", sa.String(100), primary_key=True),
        sa.Column("channel", sa.BigInteger, nullable=False),
        sa.Column("message", sa.BigInteger),
        sa.Column("kept_at", Moment, nullable=False),
    )
    for name in ("private", "hidden"):
        op.add_column("deliveries", sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index("ix_deliveries_run_id", "deliveries", ["run_id"])
    op.create_index("ix_keepsakes_kept_at", "keepsakes", ["kept_at"])
