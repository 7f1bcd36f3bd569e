"""What a person asks for, before anybody knows whether it fits."""

from dataclasses import dataclass, field
from typing import Final

from core.comfydeploy.values import Given
from core.people.actor import Actor


@dataclass(frozen=True, slots=True)
class Manner:
    """How a result is to be shown: to one person only, its files `hidden` behind a spoiler.

    `source` is the message with the result that it repeats or is made from, by the surface's own number.
    """

    private: bool = False
    hidden: bool = False
    source: int | None = None


IN_PUBLIC: Final = Manner()


@dataclass(frozen=True, slots=True)
class Wish:
    """A deployment by name, label or id, what they gave, and further inputs as written (`name=value; …`).

    Without a deployment it is the person's last one, or the server's default. `wants_form`: they want to see all inputs
    first, even if nothing is missing. `cause` names the one moment in which they asked, so that it is heard only once.
    `count` is how many runs they want, each with a seed of its own.
    """

    actor: Actor
    deployment: str | None
    given: Given = field(default_factory=Given)
    further: str = ""
    cause: str | None = None
    wants_form: bool = False
    manner: Manner = IN_PUBLIC
    count: int = 1
