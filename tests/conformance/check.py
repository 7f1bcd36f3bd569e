"""Checks one exchange: its route, its path and query, the request's body, the reply's status and body."""

import json
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from tests.conformance.closing import Object
from tests.conformance.spec import Operation, Spec
from tests.conformance.trace import FORM, Body, Exchange
from tests.conformance.wording import Problem, problems

Side: TypeAlias = Literal["request", "reply"]

_FLAGS = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}
"""https://discord.com/developers/docs/reference#boolean-query-strings"""


class Violation(NamedTuple):
    """One thing that is wrong, the same for every value that has it."""

    side: Side
    method: str
    template: str
    pointer: str
    text: str

    def __str__(self) -> str:
        place = f" {self.pointer}" if self.pointer else ""
        return f"{self.side} {self.method} {self.template}{place}: {self.text}"


def check(spec: Spec, exchange: Exchange) -> list[Violation]:
    """Everything wrong with an exchange, each thing once."""
    operation = spec.operation(exchange.method, exchange.path)
    if operation is None:
        return [Violation("request", exchange.method, _masked(spec, exchange.path), "", "is no described route")]
    found = [("request", problem) for problem in _request(spec, operation, exchange)]
    found += [("reply", problem) for problem in _reply(spec, operation, exchange)]
    return list(
        dict.fromkeys(
            Violation("request" if side == "request" else "reply", exchange.method, operation.template, *problem)
            for side, problem in found
        )
    )


def _masked(spec: Spec, path: str) -> str:
    """A path with only those of its segments that are words of the description."""
    return "/".join(part if part in spec.words or not part else "{…}" for part in path.split("/"))


def _request(spec: Spec, operation: Operation, exchange: Exchange) -> Iterator[Problem]:
    yield from _parameters(spec, operation, exchange)
    described = spec.request(operation)
    if described is None:
        if exchange.request.type:
            yield Problem("", "has a body, none is described")
    elif exchange.request.type:
        yield from _body(spec, described["content"], exchange.request)
    elif described.get("required"):
        yield Problem("", "has no body")


def _reply(spec: Spec, operation: Operation, exchange: Exchange) -> Iterator[Problem]:
    if exchange.status is None:
        return
    described = spec.reply(operation, exchange.status)
    if described is None:
        yield Problem("", f"status {exchange.status} is not described")
    elif exchange.reply.type:
        yield from _body(spec, described.get("content", {}), exchange.reply)
    elif "content" in described:
        yield Problem("", f"status {exchange.status} has no body")


def _body(spec: Spec, content: Object, body: Body) -> Iterator[Problem]:
    if body.type not in content:
        yield Problem("", f"has a body of the type {body.type}, described is {' or '.join(content) or 'none'}")
    elif body.text is None:
        yield Problem("", f"is {FORM} without payload_json")
    else:
        yield from _json(spec, content[body.type].get("schema", {}), body.text)


def _json(spec: Spec, schema: Object, text: str) -> Iterator[Problem]:
    try:
        value = json.loads(text)
    except ValueError:
        yield Problem("", "has a body that is not JSON")
        return
    yield from _value(spec, schema, value)


def _value(spec: Spec, schema: Object, value: object, at: str = "") -> Iterator[Problem]:
    for error in spec.validator(schema).iter_errors(value):
        yield from (Problem(at + pointer, text) for pointer, text in problems(error))


def _parameters(spec: Spec, operation: Operation, exchange: Exchange) -> Iterator[Problem]:
    """Those of the path and the query; a pointer into them starts with the name in braces, or with `?`."""
    known = {(each["in"], each["name"]): each for each in operation.parameters}
    given = [("path", name, value) for name, value in operation.values.items()]
    given += [("query", name, value) for name, value in exchange.query]
    for where, name, value in given:
        at = f"{{{name}}}" if where == "path" else f"?{name}"
        described = known.pop((where, name), None)
        if described is None:
            yield Problem(at, "is not described")
        else:
            schema = described.get("schema", {})
            yield from _value(spec, schema, _typed(spec.type_of(schema), value), at)
    for (where, name), described in known.items():
        if described.get("required") and where == "query":
            yield Problem(f"?{name}", "is missing")


def _typed(kind: object, text: str) -> object:
    """The value a text of a path or query stands for; the text itself when it can't stand for the type."""
    if kind == "boolean":
        return _FLAGS.get(text, text)
    if kind in {"integer", "number"} and text.removeprefix("-").isdecimal():
        return int(text)
    return [text] if kind == "array" else text
