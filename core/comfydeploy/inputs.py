"""Which inputs a deployment declares, read from its `workflow_api`; pure.

The server's own `input_types` list drops seeds, options and default files, so the graph itself is the source.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.comfydeploy.kinds import FILES, PICTURES, InputKind, NodeClass, class_of

MARK: Final = "_stationthis"  # the hidden input that says whose run it is; see core.runs.mark

_LARGEST = 2**64  # no widget of ComfyUI takes more
_MOST_OPTIONS = 2_000
_PROMPTS = ("prompt", "positive")


@dataclass(frozen=True, slots=True)
class Input:
    """One declared input. `key` is the `input_id` values are sent under; all texts are foreign.

    What is beyond `minimum` and `maximum` is set to the nearest of them, what is beyond `least` and `most` is refused.
    `options` are all that a choice takes, and names that are known for a model, which takes others, too. `accepts` are
    extensions such as `.pdf` that a file must have one of, empty for any. `linked` when another node gives the default,
    so that there is one, though nobody can tell what it is.
    """

    key: str
    kind: InputKind
    name: str
    description: str = ""
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    least: float | None = None
    most: float | None = None
    step: float | None = None
    options: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    is_line: bool = False
    order: float = math.inf
    group: str = ""
    linked: bool = False

    @property
    def is_file(self) -> bool:
        return self.kind in FILES

    @property
    def is_picture(self) -> bool:
        return self.kind in PICTURES

    @property
    def required(self) -> bool:
        """Whether a run cannot do without: the API never says so, but a missing file has no fallback."""
        return self.kind in FILES and not self.default and not self.linked

    @property
    def span(self) -> tuple[float | None, float | None]:
        """The range that is used: the narrower of both."""
        return _narrower(self.minimum, self.least, max), _narrower(self.maximum, self.most, min)


@dataclass(frozen=True, slots=True)
class Roles:
    """The inputs that have an option of their own, found by kind first, then by name."""

    prompt: Input | None = None
    negative: Input | None = None
    image: Input | None = None
    seed: Input | None = None


def graph_nodes(workflow_api: object) -> Iterator[dict[str, Any]]:
    """The nodes of a workflow, given as an object or as its JSON; what cannot be read is skipped, never raised."""
    if isinstance(workflow_api, str):
        try:
            workflow_api = json.loads(workflow_api)
        except (ValueError, RecursionError):
            return
    for node in workflow_api.values() if isinstance(workflow_api, dict) else ():
        if isinstance(node, dict):
            yield node


def parse_inputs(workflow_api: object) -> tuple[Input, ...]:
    """The declared inputs in the dashboard's order, groups in one piece. Of nodes that share an id the first counts.

    A group stands where the first of its inputs does.
    """
    found: dict[str, Input] = {}
    for declared in filter(None, map(_declared, graph_nodes(workflow_api))):
        found.setdefault(declared.key, declared)
    items = sorted(found.values(), key=lambda item: item.order)
    groups: dict[tuple[str, str], list[Input]] = {}
    for item in items:
        groups.setdefault((item.group, "" if item.group else item.key), []).append(item)
    return tuple(item for group in groups.values() for item in group)


def hex_of(colour: object) -> str | None:
    """`#ff8800` of `[{"r": 255, "g": 136, "b": 0}]`, as the dashboard sends it; None of another form."""
    first = colour[0] if isinstance(colour, list) and colour else colour
    parts = [first.get(name) for name in "rgb"] if isinstance(first, dict) else []
    shares = bytes(part for part in parts if isinstance(part, int) and 0 <= part <= 255)
    return f"#{shares.hex()}" if len(shares) == 3 else None


def find_roles(inputs: Iterable[Input]) -> Roles:
    """Which inputs take the prompt, the negative prompt, the picture and the seed.

    A text that goes into any socket, such as the name of a sampler, is a prompt only if it says so; a mask is no
    picture to start from as long as there is another.
    """
    usable = list(inputs)
    texts = [item for item in usable if item.kind is InputKind.TEXT]
    negatives = [item for item in texts if _says(item, "negative", "neg", "negativeprompt")]
    positives = [item for item in texts if item not in negatives]
    prompts = [item for item in positives if not item.is_line or _says(item, *_PROMPTS)]
    pictures = [item for item in usable if item.is_picture]
    starts = [item for item in pictures if not _says(item, "mask")] or pictures
    seeds = [item for item in usable if item.kind is InputKind.SEED]
    named_seed = (item for item in usable if item.kind is InputKind.WHOLE and _says(item, "seed"))
    return Roles(
        prompt=_first(prompts, *_PROMPTS, "text"),
        negative=negatives[0] if negatives else None,
        image=_first(sorted(starts, key=lambda item: not item.required), "image"),
        seed=seeds[0] if seeds else next(named_seed, None),
    )


def _declared(node: Mapping[str, Any]) -> Input | None:
    known = class_of(node.get("class_type"))
    fields = node.get("inputs")
    if known is None or not isinstance(fields, dict):
        return None
    key = fields.get("input_id")
    if not isinstance(key, str) or not key or key == MARK:  # a list means "linked to another node": not settable
        return None
    return _input(key, known, fields, node.get("_meta"))


def _input(key: str, known: NodeClass, fields: Mapping[str, Any], meta: object) -> Input:
    minimum, maximum, least, most = _ranges(known, fields)
    about = meta if isinstance(meta, dict) else {}
    order, step = _number(about.get("cd_input_order")), _number(fields.get("step"))
    options = _options(fields.get("options"))
    return Input(
        key=key,
        kind=known.kind,
        name=_text(fields.get("display_name")).strip() or key,
        description=_text(fields.get("description")),
        default=_default(known, fields),
        minimum=minimum,
        maximum=maximum,
        least=least,
        most=most,
        step=step if step is not None and step > 0 else known.step,
        options=options if known.kind is InputKind.CHOICE else (),
        accepts=tuple(filter(None, map(_extension, options))) if known.kind is InputKind.FILE else (),
        is_line=known.is_line,
        order=math.inf if order is None else order,
        group=(_text(about.get("cd_group_name")) or _text(about.get("cd_input_group_id"))).strip(),
        linked=any(_is_link(fields.get(name)) for name in ("default_value", *known.default_fields)),
    )


def _ranges(known: NodeClass, fields: Mapping[str, Any]) -> tuple[float | None, ...]:
    """The soft and the hard range; a node with a hard one puts its ends in order."""
    low, high = _number(fields.get("min_value")), _number(fields.get("max_value"))
    low, high = known.minimum if low is None else low, known.maximum if high is None else high
    if not known.is_hard:
        return low, high, known.least, known.most
    least, most = _narrower(low, known.least, max), _narrower(high, known.most, min)
    is_reversed = least is not None and most is not None and least > most
    return (None, None, most, least) if is_reversed else (None, None, least, most)


def _default(known: NodeClass, fields: Mapping[str, Any]) -> object:
    empty = {"", "[]"} if known.kind is InputKind.IMAGES else {""}
    values = [fields.get(name) for name in known.default_fields]
    if known.kind is InputKind.COLOUR:
        values = [hex_of(value) or value for value in values]
    return next((value for value in values if isinstance(value, str | int | float) and value not in empty), None)


def _is_link(value: object) -> bool:
    """Whether another node gives the value: its id and the number of its output, as in `["47", 0]`."""
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], int)


def _options(raw: object) -> tuple[str, ...]:
    """A JSON list, as the node wants it, or one option a line, as people write it; nothing is none of them."""
    if isinstance(raw, str):
        try:
            listed = json.loads(raw)
        except (ValueError, RecursionError):
            listed = None
        raw = listed if isinstance(listed, list) else [line.strip() for line in raw.splitlines() if line.strip()]
    options = [str(item) for item in raw if isinstance(item, str | int | float)] if isinstance(raw, list) else []
    return tuple(dict.fromkeys(filter(None, options)))[:_MOST_OPTIONS]


def _extension(text: str) -> str:
    """`.pdf` of `pdf`, `.PDF` or `*.pdf`; nothing of `image/*`, which says too little."""
    found = re.fullmatch(r"\*?\.?([a-z0-9]{1,10})", text.strip().casefold())
    return f".{found[1]}" if found else ""


def _narrower(one: float | None, other: float | None, pick: Callable[[float, float], float]) -> float | None:
    if one is None or other is None:
        return other if one is None else one
    return pick(one, other)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if -_LARGEST <= value <= _LARGEST else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _words(item: Input) -> Iterator[str]:
    """The words of an input's id and name, taken apart as programs do: `negativePrompt`, `noise_seed`, `prompt2`."""
    for text in (item.key, item.name):
        yield from re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).casefold())


def _says(item: Input, *words: str) -> bool:
    text = f"{item.key}\n{item.name}".casefold()
    return any(word in text for word in words) and any(word in words for word in _words(item))  # the second is slow


def _first(items: list[Input], *words: str) -> Input | None:
    """The item whose name says the earliest of `words`, else simply the first."""
    for word in words:
        for item in items:
            if _says(item, word):
                return item
    return items[0] if items else None
