"""What one request and its reply were, as lines of JSON in a file: written by the recorder, read by the checker."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

JSON = "application/json"
FORM = "multipart/form-data"


@dataclass(frozen=True)
class Body:
    """`type` without parameters; `text` is the JSON: of a form, its `payload_json`, None when it has none."""

    type: str = ""
    text: str | None = ""


@dataclass(frozen=True)
class Exchange:
    """`path` is below the API's base, as sent; `status` None is for a reply nobody could look at."""

    method: str
    path: str
    query: list[tuple[str, str]]
    request: Body
    status: int | None
    reply: Body


def line(exchange: Exchange) -> str:
    return json.dumps(asdict(exchange)) + "\n"


def read(folder: Path) -> Iterator[Exchange]:
    """All exchanges of a folder's files."""
    for path in sorted(folder.glob("*.jsonl")):
        for text in path.read_text(encoding="utf-8").splitlines():
            yield _exchange(json.loads(text))


def _exchange(found: dict[str, Any]) -> Exchange:
    query = [(name, value) for name, value in found.pop("query")]
    request, reply = Body(**found.pop("request")), Body(**found.pop("reply"))
    return Exchange(**found, query=query, request=request, reply=reply)
