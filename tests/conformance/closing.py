"""Makes an OpenAPI document strict: an object may only have the fields that are described.

Discord's description leaves every object open, so a misspelt field would pass for any schema without it.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

Object: TypeAlias = dict[str, Any]


def resolve(document: Mapping[str, Any], node: Object) -> Object:
    """What a node's `$ref` leads to; the node itself when it has none. Raises LookupError."""
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def closed(document: Object) -> Object:
    """A copy of the document with every object closed that does not say itself what else it may have."""
    found: Object = _closed(document, document)
    return found


def _closed(document: Object, node: Any) -> Any:  # noqa: ANN401 -- any JSON
    if isinstance(node, list):
        return [_closed(document, item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {name: _closed(document, value) for name, value in _merged(document, node).items()}
    if schema.get("type") == "object" and "properties" in schema:
        schema.setdefault("additionalProperties", False)
    return schema


def _merged(document: Object, schema: Object) -> Object:
    """One object in place of an `allOf` of several: each of them closed would refuse the fields of the others."""
    parts = schema.get("allOf")
    if not isinstance(parts, list):
        return schema
    found = [_merged(document, resolve(document, part)) for part in parts]
    if not all(part.get("type") == "object" and "properties" in part for part in found):
        return schema
    own = {name: value for name, value in schema.items() if name != "allOf"}
    return {
        **own,
        "type": "object",
        "properties": {name: value for part in [*found, own] for name, value in part.get("properties", {}).items()},
        "required": sorted({name for part in [*found, own] for name in part.get("required", [])}),
    }
