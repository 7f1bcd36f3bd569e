"""Checks what callers send with pydantic, the library of the real API, so that its 422 bodies are real."""

import json
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, TypeAdapter, ValidationError

from stationthis_discord.sandbox.comfydeploy.errors import CrashError, InvalidRequestError
from stationthis_discord.sandbox.comfydeploy.jsonb import Json

Model = TypeVar("Model", bound=BaseModel)
Checked = TypeVar("Checked")


def from_query(model: type[Model], request: web.Request) -> Model:
    """The query, checked. Raises `InvalidRequestError`."""
    return _checked(TypeAdapter(model), dict(request.query), "query")


def from_path(model: type[Model], request: web.Request) -> Model:
    """The variables of the path, checked. Raises `InvalidRequestError`."""
    return _checked(TypeAdapter(model), dict(request.match_info), "path")


async def from_body(model: type[Model], request: web.Request) -> Model:
    """The JSON body, checked. Raises `InvalidRequestError`, and `CrashError` for bytes that are not even text."""
    return await from_any_body(TypeAdapter(model), request)


async def from_any_body(adapter: TypeAdapter[Checked], request: web.Request) -> Checked:
    """The same for a union of models, whose 422 lists the errors of each."""
    raw = await request.read()
    if not raw:
        raise InvalidRequestError([missing("body")])
    return _checked(adapter, _json(raw) if _is_json(request) else _text(raw), "body")


def parsed(text: str | bytes) -> Json:
    """JSON. Raises `ValueError`, and `CrashError` for half a character, which no database takes."""
    data = json.loads(text)
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise CrashError from error
    return data


def missing(*loc: str) -> dict[str, Any]:
    """The 422 entry for something that is not there at all."""
    return {"type": "missing", "loc": list(loc), "msg": "Field required", "input": None}


def _is_json(request: web.Request) -> bool:
    """A body without a content type counts as JSON."""
    if "Content-Type" not in request.headers:
        return True
    family, _, kind = request.content_type.partition("/")
    return family == "application" and (kind == "json" or kind.endswith("+json"))


def _json(raw: bytes) -> Json:
    try:
        return parsed(raw)
    except ValueError as error:
        at, why = getattr(error, "pos", 0), getattr(error, "msg", "not UTF-8")
        wrong = {
            "type": "json_invalid",
            "loc": ["body", at],
            "msg": "JSON decode error",
            "input": {},
            "ctx": {"error": why},
        }
        raise InvalidRequestError([wrong]) from error


def _text(raw: bytes) -> str:
    """A body of another type: refused with itself as `input`, which crashes when it cannot be put into JSON."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise CrashError from error


def _checked(adapter: TypeAdapter[Checked], data: Json, where: str) -> Checked:
    try:
        return adapter.validate_python(data, from_attributes=True)
    except ValidationError as error:
        raise InvalidRequestError([_entry(entry, where) for entry in error.errors(include_url=False)]) from error


def _entry(entry: Json, where: str) -> dict[str, Any]:
    found = {**entry, "loc": [where, *entry["loc"]]}
    if entry["type"] == "missing" and where != "body":
        found["input"] = None
    if "ctx" in entry:
        found["ctx"] = {
            name: value if isinstance(value, int | float) else str(value) for name, value in entry["ctx"].items()
        }
    return found
