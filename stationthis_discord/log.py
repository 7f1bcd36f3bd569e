"""One log for everything: our events and those of the libraries, as lines for people or as JSON, without secrets."""

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any, Final

import structlog
from structlog.typing import Processor

_HIDDEN: Final = "[hidden]"
_TOKEN_IN_PATH: Final = re.compile(r"(?<=/)[\w-]{60,}")  # of interactions and webhooks
_SIGNED: Final = re.compile(
    r"(?i)((?:cd_token|(?<=[?&])sig|X-Amz-(?:Signature|Credential|Security-Token))=)[^&\s\"'<>]+"
)
_LIBRARIES: Final = {
    "discord": logging.INFO,
    "discord.client": logging.ERROR,  # it warns of missing voice support at each start
    "discord.state": logging.ERROR,  # it warns of the missing guilds intent, which is meant
    "aiohttp": logging.INFO,
    "asyncio": logging.INFO,
    "PIL": logging.INFO,
    "aiosqlite": logging.INFO,
    "sqlalchemy": logging.WARNING,
    "alembic": logging.WARNING,
}


class Redact:
    """Replaces secrets wherever they stand in an event: in its text, its values, its traceback."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # the longest first: of one that holds another nothing must be left over
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return _SIGNED.sub(rf"\1{_HIDDEN}", _TOKEN_IN_PATH.sub(_HIDDEN, text))

    def __call__(self, _: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {key: self._clean(value) for key, value in event.items()}

    def _clean(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, int | float):
            return value
        return self.text(str(value))


def configure(form: str, level: str, secrets: Iterable[str]) -> None:
    """Write all logs to standard error from `level` on; libraries speak from `info` on.

    At `debug` discord.py and the database's driver write the tokens of interactions, so they are never asked to.
    """
    redact = Redact(secrets)
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    colours = sys.stderr.isatty()
    lines: Processor = structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)
    last = structlog.processors.JSONRenderer() if form == "json" else lines
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
        processors=[
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            redact,
            last,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name, lowest in _LIBRARIES.items():
        logging.getLogger(name).setLevel(max(lowest, root.level))
    logging.captureWarnings(True)
