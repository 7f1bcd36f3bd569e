"""The first tables: deliveries, what people and servers set, snapshots, and who runs the bot."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("cause", sa.String(100)),
        sa.Column("user", sa.BigInteger, nullable=False),
        sa.Column("guild", sa.BigInteger),
        sa.Column("deployment", sa.String(100), nullable=False),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("order", sa.Text),
        sa.Column("run_id", sa.String(100)),
        sa.Column("workflow_id", sa.String(100)),
        sa.Column("parent", sa.String(100)),
        sa.Column("replaces", sa.String(16)),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("cause", name="uq_deliveries_cause"),
    )
    op.create_index("ix_deliveries_closed_at", "deliveries", ["closed_at"])
    op.create_index("ix_deliveries_user_closed_at", "deliveries", ["user", "closed_at"])
    for table, key in (("people", "user"), ("servers", "guild")):
        op.create_table(
            table,
            sa.Column(key, sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("pings", sa.Boolean),
        )
    op.create_table(
        "snapshots",
        sa.Column("kind", sa.String(100), primary_key=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "holders",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.BigInteger, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
    )
