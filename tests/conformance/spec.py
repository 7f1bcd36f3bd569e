"""An OpenAPI 3.1 document as the checker asks it: which operation a path is, and which schemas its bodies have."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from jsonschema import Draft202012Validator

from tests.conformance.closing import Object, closed, resolve
from tests.conformance.formats import FORMATS

_VARIABLE = re.compile(r"\{(.+)\}")


class SpecUnreadable(Exception):
    """The file is not there, or is no OpenAPI document. The text is a sentence for the person who named it."""


@dataclass(frozen=True)
class Operation:
    """The operation of a request; `node` is its description, `values` those of the path's variables, decoded."""

    template: str
    node: Object
    parameters: list[Object]
    values: Mapping[str, str]


class Spec:
    """A document, with all its objects closed."""

    def __init__(self, document: Object) -> None:
        self._document = closed(document)
        self._paths: dict[tuple[str, ...], str] = {_segments(path): path for path in self._document["paths"]}
        self._validators: dict[str, Draft202012Validator] = {}

    @cached_property
    def words(self) -> frozenset[str]:
        """Every literal segment of a path: what may be said of a path without telling a secret."""
        return frozenset(part for parts in self._paths for part in parts if not _VARIABLE.fullmatch(part))

    def template(self, path: str) -> str | None:
        """The template of a path; among several, the one with literal segments first."""
        segments = _segments(path)
        found = [parts for parts in self._paths if _fits(parts, segments)]
        if not found:
            return None
        return self._paths[min(found, key=lambda parts: [bool(_VARIABLE.fullmatch(part)) for part in parts])]

    def operation(self, method: str, path: str) -> Operation | None:
        template = self.template(path)
        if template is None:
            return None
        item = self._document["paths"][template]
        node = item.get(method.lower())
        if node is None:
            return None
        parameters = [self._resolve(each) for each in [*item.get("parameters", []), *node.get("parameters", [])]]
        names = (_VARIABLE.fullmatch(part) for part in _segments(template))
        values = {name[1]: unquote(part) for name, part in zip(names, _segments(path), strict=True) if name}
        return Operation(template, node, parameters, values)

    def request(self, operation: Operation) -> Object | None:
        """The description of its request body, if it takes one."""
        return self._resolve(operation.node["requestBody"]) if "requestBody" in operation.node else None

    def reply(self, operation: Operation, status: int) -> Object | None:
        """The description of its reply by the exact status, the class (`4XX`) or the default."""
        described = operation.node["responses"]
        for name in (str(status), f"{status // 100}XX", "default"):
            if name in described:
                return self._resolve(described[name])
        return None

    def validator(self, schema: Object) -> Draft202012Validator:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            rooted = {**schema, "components": self._document.get("components", {})}
            self._validators[key] = Draft202012Validator(rooted, format_checker=FORMATS)
        return self._validators[key]

    def type_of(self, schema: Object) -> object:
        """The JSON type a schema asks for, through its `$ref`."""
        return self._resolve(schema).get("type")

    def _resolve(self, node: Object) -> Object:
        return resolve(self._document, node)


def load(path: Path) -> Spec:
    """Reads a document. Raises SpecUnreadable."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpecUnreadable(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise SpecUnreadable(f"{path} is not JSON.") from None
    if not isinstance(document, dict) or not str(document.get("openapi")).startswith("3.1") or "paths" not in document:
        raise SpecUnreadable(f"{path} is no OpenAPI 3.1 description.")
    return Spec(document)


def _segments(path: str) -> tuple[str, ...]:
    return tuple(path.strip("/").split("/"))


def _fits(template: tuple[str, ...], path: tuple[str, ...]) -> bool:
    if len(template) != len(path):
        return False
    return all(
        part == given or (_VARIABLE.fullmatch(part) and given) for part, given in zip(template, path, strict=True)
    )
