"""Runs the migrations that a database has not had yet; the one place where Alembic is started."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from core.errors import StoreFailed
from core.store import failures


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings; there is no alembic.ini."""
    settings = Config()
    settings.set_main_option("script_location", "core.store:migrations")
    settings.attributes["connection"] = connection
    return settings


def upgrade(connection: Connection) -> None:
    """To the newest revision.

    Raises:
        StoreFailed: its revision is not known here.
    """
    try:
        command.upgrade(config(connection), "head")
    except CommandError as error:
        raise StoreFailed(failures.NEWER) from error
