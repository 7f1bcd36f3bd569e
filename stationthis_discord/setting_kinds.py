"""What one setting may be: what is written in the environment, judged and made into a value."""

import ipaddress
import re
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from core.comfydeploy.wire import api_root, checked_id
from core.hosts import trusted_host
from core.offer import ENVIRONMENTS
from core.operators import Write
from core.reading import Pinned

_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?")
_SQLITE: Final = "sqlite+aiosqlite:///"
_LONGEST_DASHBOARD: Final = 400  # characters: a link button takes 512, and the path of a page comes behind it
_BIND: Final = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9.-]+)):(?P<port>[0-9]{1,5})")


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _listed(value: object) -> object:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _api_address(value: str) -> str:
    address = value.strip()
    try:
        api_root(address)
        trusted_host(address)  # which also needs a port that is one
    except ValueError:  # whose text may repeat the address
        raise ValueError("must be an http:// or https:// address without query, fragment or credentials") from None
    return address


def _discord_address(value: str) -> str:
    address = value.strip().rstrip("/")
    if re.fullmatch(r"https?://[^/?#@\s]+(/[^?#\s]*)?/api/v10", address):
        with suppress(ValueError):
            trusted_host(address)
            return address
    raise ValueError("must be an http(s) address that ends in /api/v10")


def _public_address(value: str) -> str:
    address = value.strip().rstrip("/")
    if re.fullmatch(r"https?://[^/?#@\\\s]+(/[^?#\\\s]*)?", address) and address.isascii() and address.isprintable():
        with suppress(ValueError):
            trusted_host(address)
            return address
    raise ValueError("must be an http:// or https:// address without query, fragment or credentials")


def _dashboard_address(value: str) -> str:
    address = _public_address(value)
    if len(address) > _LONGEST_DASHBOARD:
        raise ValueError(f"must have at most {_LONGEST_DASHBOARD} characters")
    return address


def _database_url(value: str) -> str:
    path = value.removeprefix(_SQLITE)
    if path in {value, ""}:
        later = "; PostgreSQL is not supported yet" if value.startswith("postgres") else ""
        raise ValueError(f"must be {_SQLITE} and the path of a file{later}")
    try:
        return f"{_SQLITE}{Path(path).expanduser()}" if path.startswith("~") else value
    except RuntimeError:
        raise ValueError("must have a path whose ~ stands for a home folder") from None


def _environment(value: str) -> str:
    if value not in ENVIRONMENTS:
        raise ValueError(f"must be a comma list of {', '.join(ENVIRONMENTS)}")
    return value


def _host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError("must be a comma list of host or host:port")
    return value


def address_of(bind: str) -> tuple[str, int]:
    """Host and port of `host:port`; an IPv6 address stands in brackets. Raises `ValueError` for anything else."""
    parts = _BIND.fullmatch(bind.strip())
    if parts is not None and int(parts["port"]) < 2**16:
        with suppress(ValueError):  # whose text would repeat the address
            ipaddress.IPv6Address(parts["v6"] or "::")
            return parts["v6"] or parts["host"], int(parts["port"])
    raise ValueError("must be host:port, an IPv6 address in brackets, a port of at most 65535")


def _bind(value: str) -> str:
    address_of(value)
    return value.strip()


def _write(value: object) -> object:
    if value not in set(Write):
        raise ValueError(f"must be a comma list of {', '.join(Write)}, or none")
    return value


def _writes(value: object) -> object:
    return [] if value == "none" else _listed(value)


def _pinned(value: object) -> object:
    if not isinstance(value, str):
        return value
    name, _, ids = value.rpartition("=")
    deployment, _, version = ids.partition(":")
    try:
        if not name.strip():
            raise ValueError("no name")  # noqa: TRY301 -- one sentence for all that can be wrong
        return Pinned(name.strip(), checked_id(deployment.strip()), checked_id(version.strip()))
    except ValueError:
        raise ValueError("must be a comma list of name=deployment id:version id, both ids as UUIDs") from None


def _token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[\w-]{10,}\.[\w-]{3,}\.[\w-]{10,}", value.get_secret_value().strip()):
        raise ValueError("must be a bot token: three parts with dots between, from the portal's Bot page")
    return SecretStr(value.get_secret_value().strip())


def _key(value: SecretStr) -> SecretStr:
    key = value.get_secret_value().strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError("must be an API key: one word, from ComfyUI Deploy's API keys page")
    return SecretStr(key)


def _webhook_secret(value: SecretStr) -> SecretStr:
    secret = value.get_secret_value().strip()
    if len(secret) < 16 or not secret.isascii() or not secret.isprintable():
        raise ValueError("must be at least 16 plain (ASCII) characters")
    return SecretStr(secret)


Bind = Annotated[str, AfterValidator(_bind)]
ApiAddress = Annotated[str, AfterValidator(_api_address)]
DiscordAddress = Annotated[str, AfterValidator(_discord_address)]
PublicAddress = Annotated[str, AfterValidator(_public_address)]
DashboardAddress = Annotated[str, AfterValidator(_dashboard_address)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
WebhookSecret = Annotated[SecretStr, AfterValidator(_webhook_secret)]
Token = Annotated[SecretStr, AfterValidator(_token)]
Key = Annotated[SecretStr, AfterValidator(_key)]
Snowflake = Annotated[int, Field(gt=0, lt=2**64)]
Environment = Annotated[str, AfterValidator(_environment)]
LogLevel = Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)]
Host = Annotated[str, AfterValidator(_host)]
# NoDecode: the environment holds a comma list, not JSON
Environments = Annotated[list[Environment], NoDecode, BeforeValidator(_listed)]
Hostnames = Annotated[list[Host], NoDecode, BeforeValidator(_listed)]
Snowflakes = Annotated[list[Snowflake], NoDecode, BeforeValidator(_listed)]
Writes = Annotated[list[Annotated[Write, BeforeValidator(_write)]], NoDecode, BeforeValidator(_writes)]
PinnedList = Annotated[list[Annotated[Pinned, BeforeValidator(_pinned)]], NoDecode, BeforeValidator(_listed)]
