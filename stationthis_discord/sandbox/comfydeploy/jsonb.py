"""JSON: its types, and its order when a PostgreSQL jsonb column gives it back (by key length, then bytes)."""

from typing import Any, TypeAlias

Json: TypeAlias = Any  # whatever JSON can hold: what callers send and workflows contain is not ours to type
JsonObject: TypeAlias = dict[str, Any]


def stored(value: Json) -> Json:
    """The same value in the order of the database, which is why nobody may rely on the order of inputs."""
    if isinstance(value, dict):
        ordered = sorted(value.items(), key=lambda item: (len(str(item[0]).encode()), str(item[0]).encode()))
        return {key: stored(inner) for key, inner in ordered}
    if isinstance(value, list):
        return [stored(inner) for inner in value]
    return value
