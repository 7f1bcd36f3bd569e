"""What a person asks for, before anybody knows whether it fits."""

from dataclasses import dataclass, field

from core.comfydeploy.values import Given
from core.people.actor import Actor


@dataclass(frozen=True, slots=True)
class Wish:
    """A deployment by name, label or id, what they gave, and further inputs as written (`name=value; …`).

    Without a deployment it is the person's last one, or the server's default. `wants_form`: they want to see all inputs
    first, even if nothing is missing. `cause` names the one moment in which they asked, so that it is heard only once.
    """

    actor: Actor
    deployment: str | None
    given: Given = field(default_factory=Given)
    further: str = ""
    cause: str | None = None
    wants_form: bool = False
