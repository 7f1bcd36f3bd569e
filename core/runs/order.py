"""A wish that fits, ready to be submitted; and how it is written down while it may still have to be."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from core.comfydeploy.fit import Fitted, Source
from core.offer import Deployment
from core.people.actor import Actor


@dataclass(frozen=True, slots=True)
class Order:
    """`fitted` for `deployment`, asked for by `owner`; `parent` is the run it repeats."""

    deployment: Deployment
    fitted: Fitted
    owner: Actor
    parent: str | None = None

    def written(self) -> str:
        """As JSON; files by where they are, so they must be uploaded again."""
        fitted = self.fitted
        files = {
            target.key: {"name": source.name, "where": str(source.where), "size": source.size}
            for target, source in fitted.files.items()
        }
        return json.dumps({"values": fitted.values, "files": files, "prompt": fitted.prompt, "seed": fitted.seed})

    @classmethod
    def read(cls, text: str, deployment: Deployment, owner: Actor, parent: str | None) -> Self:
        """Raises `ValueError` for what `written` did not make, or made for inputs that are gone."""
        try:
            return cls(deployment, _fitted(json.loads(text), deployment), owner, parent)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"no order: {type(error).__name__}") from None


def shown_of(text: str) -> tuple[str | None, int | None]:
    """Prompt and seed of an order that was written down; none of what cannot be read."""
    try:
        written = json.loads(text)
        prompt, seed = written["prompt"], written["seed"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, None
    return prompt if isinstance(prompt, str) else None, seed if isinstance(seed, int) else None


def _fitted(written: dict[str, Any], deployment: Deployment) -> Fitted:
    inputs = {item.key: item for item in deployment.inputs}
    files = {inputs[key]: _source(source) for key, source in written["files"].items()}
    return Fitted(dict(written["values"]), files, written["prompt"], written["seed"])


def _source(written: dict[str, Any]) -> Source:
    name, where, size = written["name"], written["where"], written["size"]
    return Source(name, where if "://" in where else Path(where), size)
