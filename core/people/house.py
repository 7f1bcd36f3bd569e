"""What is set for results in a server: who may press their buttons, what makes them larger, where people keep them."""

from dataclasses import dataclass, replace
from typing import TypedDict, Unpack

from core.offer import Deployment
from core.people.actor import Actor
from core.result_errors import NotYourResult, TakesNoPicture
from core.store.settings import KeptSettings, ServerSettings, needed


class Changes(TypedDict, total=False):
    """What is to be other from now on, by the names of `Rules`."""

    owners_only: bool
    upscaler: str | None
    gallery: int | None


@dataclass(frozen=True, slots=True)
class Rules:
    """`owners_only`: the buttons of a result are for who asked for it.

    `upscaler` is the id of a deployment that may be gone, `gallery` that of a channel.
    """

    owners_only: bool = False
    upscaler: str | None = None
    gallery: int | None = None

    def admit(self, actor: Actor, owner: int, run_id: str) -> None:
        """Raises `NotYourResult` where the buttons of somebody else's result are not for this person."""
        if self.owners_only and actor.user != owner:
            raise NotYourResult(owner, run_id)


class House:
    """Without `settings`, and where there is no server, nothing is set."""

    def __init__(self, settings: KeptSettings | None) -> None:
        self._settings = settings

    async def rules(self, guild: int | None) -> Rules:
        """Never fails: what cannot be read is not set."""
        if guild is None or self._settings is None:
            return Rules()
        return _rules(await self._settings.get_server(guild))

    async def change(self, guild: int, **changes: Unpack[Changes]) -> Rules:
        """What holds from now on; what is left out stays as it is. Raises `StoreFailed`."""
        return _rules(await needed(self._settings).change_server(guild, lambda now: replace(now, **changes)))

    async def name_upscaler(self, guild: int, deployment: Deployment | None) -> Rules:
        """What makes pictures larger there, None for nothing.

        Raises:
            TakesNoPicture: that cannot be.
            StoreFailed: it cannot be written down.
        """
        if deployment is not None and not takes_picture(deployment):
            raise TakesNoPicture(deployment.label)
        return await self.change(guild, upscaler=None if deployment is None else deployment.id)


def takes_picture(deployment: Deployment) -> bool:
    """Whether a single picture of a result could be its input."""
    return deployment.roles.image is not None


def _rules(found: ServerSettings) -> Rules:
    return Rules(bool(found.owners_only), found.upscaler, found.gallery)
