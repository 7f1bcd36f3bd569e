"""JSON in and out, by orjson where it is installed: the sandbox spends much of its time here under load."""

import json

try:
    import orjson
except ImportError:
    _FAST = False
else:
    _FAST = True


def dump(value: object) -> bytes:
    return orjson.dumps(value) if _FAST else json.dumps(value, ensure_ascii=False).encode()


def load(data: bytes | str) -> object:
    """Raises ValueError."""
    found: object = orjson.loads(data) if _FAST else json.loads(data)
    return found
