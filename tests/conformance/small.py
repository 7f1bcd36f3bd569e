"""A small OpenAPI document with everything the checker has to understand, and exchanges to check against it."""

import json
from typing import Any

from tests.conformance.spec import Spec
from tests.conformance.trace import FORM, JSON, Body, Exchange

_ID = {"$ref": "#/components/schemas/Id"}
_DRINK = {"$ref": "#/components/schemas/Drink"}
_ONE_ID = [{"name": "cup_id", "in": "path", "required": True, "schema": _ID}]

_SCHEMAS: dict[str, Any] = {
    "Id": {"type": "string", "pattern": "^[0-9]+$"},
    "Size": {"type": "integer", "oneOf": [{"const": 1}, {"const": 2}], "format": "int32"},
    "Drink": {
        "type": "object",
        "properties": {
            "name": {"type": ["string", "null"], "maxLength": 5},
            "size": {"$ref": "#/components/schemas/Size"},
            "owner": {"oneOf": [{"type": "null"}, _ID]},
            "parts": {"type": "array", "items": {"oneOf": [{"$ref": f"#/components/schemas/{n}"} for n in "AB"]}},
            "since": {"type": "string", "format": "date-time"},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "required": ["name"],
    },
    "A": {
        "type": "object",
        "properties": {"type": {"type": "integer", "enum": [1]}, "grams": {"type": "integer", "minimum": 1}},
        "required": ["type", "grams"],
    },
    "B": {
        "type": "object",
        "properties": {"type": {"type": "integer", "enum": [2]}, "text": {"type": "string"}},
        "required": ["type", "text"],
    },
    "Error": {"type": "object", "properties": {"code": {"type": "integer"}}, "required": ["code"]},
    "Refusal": {
        "allOf": [{"$ref": "#/components/schemas/Error"}, {"type": "object", "properties": {"why": {"type": "string"}}}]
    },
}

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/cups": {
            "post": {
                "parameters": [{"name": "wait", "in": "query", "schema": {"type": "boolean"}}],
                "requestBody": {"required": True, "content": {JSON: {"schema": _DRINK}, FORM: {"schema": _DRINK}}},
                "responses": {
                    "200": {"content": {JSON: {"schema": _DRINK}}},
                    "204": {},
                    "4XX": {"$ref": "#/components/responses/Refused"},
                },
            }
        },
        "/cups/{cup_id}": {"parameters": _ONE_ID, "get": {"responses": {"204": {}}}},
        "/cups/@mine": {"get": {"responses": {"204": {}}}},
    },
    "components": {
        "schemas": _SCHEMAS,
        "responses": {"Refused": {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Refusal"}}}}},
    },
}

SPEC = Spec(DOCUMENT)
TEA = {"name": "tea"}


def body(value: object) -> Body:
    return Body(JSON, json.dumps(value))


def posted(
    sent: object = None, status: int | None = 204, back: object = None, query: dict[str, str] | None = None
) -> Exchange:
    """`POST /cups` of a drink; each may be a `Body`, and is left out when None."""
    request = sent if isinstance(sent, Body) else body(TEA if sent is None else sent)
    reply = back if isinstance(back, Body) else Body() if back is None else body(back)
    return Exchange("POST", "/cups", list((query or {}).items()), request, status, reply)


def got(path: str, method: str = "GET") -> Exchange:
    return Exchange(method, path, [], Body(), 204, Body())
