"""Every setting, read from the environment and `.env`; nothing else in the project reads the environment."""

import os
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal, TypeVar

import platformdirs
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict

from core.catalog import Terms
from core.hosts import ANYWHERE, Hosts, trusted_host, trusted_hosts
from core.offer import PRODUCTION
from core.operators import Write
from core.services import Plan
from core.webhook import Hooks
from stationthis_discord.setting_kinds import (
    ApiAddress,
    Bind,
    DashboardAddress,
    DatabaseUrl,
    DiscordAddress,
    Environments,
    Hostnames,
    Key,
    LogLevel,
    PinnedList,
    PublicAddress,
    Snowflake,
    Snowflakes,
    Token,
    WebhookSecret,
    Writes,
)

ENV_FILE: Final = Path(".env")
_HOOKED: Final = ("stationthis_webhook_secret", "stationthis_http_bind")  # what a public address is no use without


class SettingsError(Exception):
    """Settings are missing or malformed; `lines` say for each variable what is expected, never its value."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


def default_database_url() -> str:
    return f"sqlite+aiosqlite:///{Path(platformdirs.user_data_dir('stationthis-discord')) / 'stationthis.db'}"


class ApiSettings(BaseSettings):
    """What running a deployment needs, without Discord. A field's description is what `.env.example` says about it."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    comfy_deploy_api_key: Key = Field(description="API key, from the API keys page of your ComfyUI Deploy account")
    comfy_deploy_api_url: ApiAddress = Field(
        default="https://api.comfydeploy.com", description="Address of ComfyUI Deploy, with or without a trailing /api"
    )
    stationthis_environments: Environments = Field(
        default=[PRODUCTION], min_length=1, description="Deployment environments on offer, comma list"
    )
    stationthis_cache_ttl: float = Field(
        default=300, ge=0, description="Seconds for which deployments and workflows are kept; 0: read anew each time"
    )
    stationthis_machines_ttl: float = Field(
        default=60, ge=0, description="The same for machines, whose status changes more often"
    )
    stationthis_deployments: PinnedList = Field(
        default=[],
        description="For older servers without lists: name=deployment id:version id, comma list; only these then",
    )
    stationthis_media_hosts: Hostnames = Field(
        default=[], description="More hosts files may be fetched from: host or host:port, may be private; comma list"
    )
    stationthis_log_format: Literal["console", "json"] = Field(default="console", description="console or json")
    stationthis_log_level: LogLevel = Field(default="info", description="debug, info, warning or error")

    @property
    def secrets(self) -> list[str]:
        """What must never be written anywhere."""
        return [self.comfy_deploy_api_key.get_secret_value()]

    def plan(self) -> Plan:
        """What core is made from."""
        return Plan(
            api_url=self.comfy_deploy_api_url,
            api_key=self.comfy_deploy_api_key.get_secret_value(),
            terms=Terms(
                tuple(self.stationthis_environments),
                self.stationthis_cache_ttl,
                self.stationthis_machines_ttl,
                tuple(self.stationthis_deployments),
            ),
            trusted_hosts=trusted_hosts(self.stationthis_media_hosts),
            input_hosts=Hosts(ANYWHERE),
        )


class Settings(ApiSettings):
    """What the bot needs."""

    discord_token: Token = Field(
        description="Bot token, from the Bot page of your application at https://discord.com/developers/applications"
    )
    discord_api_url: DiscordAddress | None = Field(
        default=None, description="Discord's API incl. /api/v10, when it is behind a proxy or a local server"
    )
    stationthis_guilds: Snowflakes = Field(
        default=[], description="Ids of the servers in which commands are answered, comma list; empty: all, and DMs"
    )
    stationthis_runs_per_user: int = Field(default=2, ge=1, description="Runs one person may have under way")
    stationthis_runs_total: int = Field(default=20, ge=1, description="Runs that may be under way in all")
    stationthis_waiting_per_user: int = Field(
        default=5, ge=0, description="Runs one person may have waiting for a free place; 0: refused at once"
    )
    stationthis_progress_budget: float = Field(
        default=5, ge=0, allow_inf_nan=False, description="Questions for progress per second, for all runs; 0: none"
    )
    stationthis_user_install: bool = Field(
        default=False, description="Let people install the bot for themselves, and use it where it was not added"
    )
    stationthis_http_bind: Bind | None = Field(
        default=None,
        description="host:port that serves /metrics, /healthz, /readyz and webhooks, without a password; empty: off",
    )
    stationthis_webhook_secret: WebhookSecret | None = Field(
        default=None,
        description="Signs the webhooks' addresses: any 16 characters or more, such as openssl rand -hex 32",
    )
    stationthis_public_url: PublicAddress | None = Field(  # after what it needs, which is looked at when it is judged
        default=None,
        description="http(s) address at which ComfyUI Deploy reaches STATIONTHIS_HTTP_BIND; turns its webhooks on",
    )
    stationthis_admin_guild_id: Snowflake | None = Field(
        default=None, description="The server in which the bot's owner and team get the /operator commands"
    )
    stationthis_operator_writes: Writes = Field(
        default=list(Write), description="What /operator may change at ComfyUI Deploy, comma list; none: nothing"
    )
    stationthis_dashboard_url: DashboardAddress | None = Field(
        default=None,
        description="http(s) address of ComfyUI Deploy's own pages, for links to them; known for the hosted service",
    )
    stationthis_keep_metadata: bool = Field(
        default=False,
        description="Leave in results what ComfyUI embeds: the whole workflow, with every address and key in it",
    )
    stationthis_dev_guild_id: Snowflake | None = Field(
        default=None, description="Register the commands in this server only (they appear there at once)"
    )
    stationthis_database_url: DatabaseUrl = Field(
        default_factory=default_database_url,
        description="The bot's own file, as sqlite+aiosqlite:///path: open runs, people's settings, the last lists",
    )

    @field_validator("stationthis_public_url")
    @classmethod
    def _with_what_it_needs(cls, value: str | None, info: ValidationInfo) -> str | None:
        missing = [name.upper() for name in _HOOKED if name in info.data and info.data[name] is None]
        if value is not None and missing:
            raise ValueError(f"must come with {' and '.join(missing)}")
        return value

    @property
    def secrets(self) -> list[str]:
        hooked = self.stationthis_webhook_secret
        return [
            *super().secrets,
            self.discord_token.get_secret_value(),
            *([hooked.get_secret_value()] if hooked else []),
        ]

    @property
    def hooks(self) -> Hooks | None:
        """Where runs report to; None without a public address."""
        if self.stationthis_public_url is None or self.stationthis_webhook_secret is None:
            return None
        return Hooks(self.stationthis_public_url, self.stationthis_webhook_secret.get_secret_value())

    @property
    def _served(self) -> frozenset[int]:
        """Where commands are answered; empty means everywhere, and the operators' server is never left out."""
        admin = self.stationthis_admin_guild_id
        return frozenset([*self.stationthis_guilds, *([admin] if admin and self.stationthis_guilds else [])])

    def plan(self) -> Plan:
        local = frozenset({trusted_host(self.discord_api_url)}) if self.discord_api_url else frozenset()
        return replace(
            super().plan(),
            runs_per_user=self.stationthis_runs_per_user,
            runs_total=self.stationthis_runs_total,
            waiting_per_user=self.stationthis_waiting_per_user,
            progress_budget=self.stationthis_progress_budget,
            hooks=self.hooks,
            database_url=self.stationthis_database_url,
            guilds=self._served,
            writes=frozenset(self.stationthis_operator_writes),
            attachment_hosts=Hosts(ANYWHERE, local),
            dashboard_url=self.stationthis_dashboard_url,
            keep_metadata=self.stationthis_keep_metadata,
        )


Kind = TypeVar("Kind", bound=ApiSettings)


def load(kind: type[Kind], env_file: Path | None = ENV_FILE) -> Kind:
    """The settings from the environment, and from `env_file` where the environment is silent.

    Raises:
        SettingsError: with a line for each variable that is missing or malformed.
    """
    try:
        return kind(_env_file=env_file)  # type: ignore[call-arg]  # made by pydantic-settings, unseen by mypy
    except ValidationError as invalid:
        problems = {str(error["loc"][0]): error for error in invalid.errors(include_input=False, include_url=False)}
        lines = [_line(kind, name, error["type"], error["msg"]) for name, error in problems.items()]
    except UnicodeDecodeError:
        lines = [f"{env_file} is not UTF-8 text: save it as UTF-8."]
    except OSError as error:
        lines = [f"{env_file} cannot be read ({type(error).__name__}): let this user read it."]
    raise SettingsError(lines)


def unknown_names(env_file: Path | None = ENV_FILE) -> list[str]:
    """Variables that look like ours and are none: a setting with a typo would be ignored without a word."""
    names = set(map(str.lower, os.environ))
    with suppress(OSError, UnicodeDecodeError):  # `load` says what is wrong with the file
        names |= DotEnvSettingsSource(Settings, env_file=env_file).env_vars.keys()
    unknown = names - Settings.model_fields.keys()
    return sorted(name.upper() for name in unknown if name.startswith("stationthis_"))


def example() -> str:
    """The text of `.env.example`: first what must be set, then what may be, with its default."""
    fields = sorted(
        Settings.model_fields.items(), key=lambda item: (not item[1].is_required(), item[0] != "discord_token")
    )
    return "\n".join(_example_lines(name, field) for name, field in fields)


def _example_lines(name: str, field: FieldInfo) -> str:
    default = "" if field.default_factory or field.default is None else field.default
    text = ",".join(map(str, default)) if isinstance(default, list) else str(default)
    line = f"{name.upper()}=" if field.is_required() else f"# {name.upper()}={text}"
    return f"# {field.description}\n{line}\n"


def _line(kind: type[ApiSettings], name: str, error_type: str, message: str) -> str:
    said = kind.model_fields[name].description or ""
    if error_type == "missing":
        return f"{name.upper()} is missing. {said}."
    expected = re.sub(r"^(Input|String|List) should", "must", message.removeprefix("Value error, "))
    return f"{name.upper()} is not usable: it {expected}. {said}."
