"""A wish that fits, ready to be submitted; and how it is written down while it may still have to be."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from core.comfydeploy.fit import Fitted
from core.comfydeploy.values import Adjusted, File, Source, Stored
from core.forms.draft import Draft
from core.offer import Deployment
from core.people.actor import Actor
from core.runs.mark import is_made_from


@dataclass(frozen=True, slots=True)
class Order:
    """`fitted` for `deployment`, asked for by `owner`; `parent` is the run it repeats.

    `draft` is what it was filled in with, as long as that can be mended; it is not written down.
    """

    deployment: Deployment
    fitted: Fitted
    owner: Actor
    parent: str | None = None
    draft: Draft | None = field(default=None, compare=False)

    @property
    def is_made_from(self) -> bool:
        """Whether it takes a file of its parent."""
        files = (file.address for given in self.fitted.files.values() for file in given if isinstance(file, Stored))
        return is_made_from(self.parent, [*self.fitted.values.values(), *files])

    def written(self) -> str:
        """As JSON; files that are not uploaded yet by where they are."""
        fitted = self.fitted
        whole = {
            "values": fitted.values,
            "files": {target.key: [_written(file) for file in files] for target, files in fitted.files.items()},
            "prompt": fitted.prompt,
            "seed": fitted.seed,
            "adjusted": [asdict(item) for item in fitted.adjusted],
        }
        return json.dumps(whole)

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
    """Versions before wrote one file for an input, and nothing of what was adjusted."""
    inputs = {item.key: item for item in deployment.inputs}
    files = {
        inputs[key]: tuple(map(_file, listed if isinstance(listed, list) else [listed]))
        for key, listed in written["files"].items()
    }
    adjusted = tuple(Adjusted(**item) for item in written.get("adjusted", ()))
    return Fitted(dict(written["values"]), files, written["prompt"], written["seed"], adjusted)


def _written(file: File) -> dict[str, Any]:
    if isinstance(file, Stored):
        return {"name": file.name, "address": file.address}
    return {"name": file.name, "where": str(file.where), "size": file.size, "attached": file.attached}


def _file(written: dict[str, Any]) -> File:
    if "address" in written:
        return Stored(written["name"], written["address"])
    where = written["where"]
    # versions before did not write it: what they left waiting may be an attachment, and has to arrive
    attached = written.get("attached", True)
    return Source(written["name"], where if "://" in where else Path(where), written["size"], attached)
