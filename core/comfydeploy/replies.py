"""Bodies made into models, straight from the bytes: the whole tree of a long list is never built in Python."""

import functools
from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from core.comfydeploy import wire
from core.comfydeploy.errors import BadReply
from core.comfydeploy.models import Wire

Model = TypeVar("Model", bound=Wire)


def parsed(model: type[Model], call: str, body: bytes) -> Model:
    """One object. Raises `BadReply` when it is none."""
    try:
        return model.model_validate_json(body)
    except ValidationError:
        pass
    raise BadReply(call)  # out here: as its context pydantic's error would come along, with the values


def items(model: type[Model], call: str, body: bytes) -> tuple[list[Model], list[object]]:
    """The items of a list, and those that could not be read.

    Raises:
        BadReply: it is no list.
    """
    try:
        return _list_of(model).validate_json(body), []
    except ValidationError:
        pass  # one item is broken, or all of it
    found = wire.decode(call, body)
    if not isinstance(found, list):
        raise BadReply(call)
    return read_items(model, found)


def read_items(model: type[Model], found: Iterable[object]) -> tuple[list[Model], list[object]]:
    """Each item by itself, so that a broken one costs only itself: what could be read, and what could not."""
    good, bad = list[Model](), list[object]()
    for item in found:
        try:
            good.append(model.model_validate(item))
        except ValidationError:
            bad.append(item)
    return good, bad


@functools.cache
def _list_of(model: type[Wire]) -> TypeAdapter[list[Any]]:
    return TypeAdapter(list[model])  # type: ignore[valid-type]  # a type made at run time
