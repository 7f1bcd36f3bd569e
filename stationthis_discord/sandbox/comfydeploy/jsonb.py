"""JSON: its types, and its order when a PostgreSQL jsonb column gives it back (by key length, then bytes)."""

from functools import lru_cache
from typing import Any, TypeAlias

Json: TypeAlias = Any  # whatever JSON can hold: what callers send and workflows contain is not ours to type
JsonObject: TypeAlias = dict[str, Any]


def stored(value: Json) -> Json:
    """The same value in the order of the database, which is why nobody may rely on the order of inputs."""
    if isinstance(value, dict):
        return {key: stored(value[key]) for key in sorted(value, key=_place)}
    if isinstance(value, list):
        return [stored(inner) for inner in value]
    return value


@lru_cache(maxsize=4096)
def _place(key: str) -> tuple[int, bytes]:
    raw = key.encode(errors="surrogatepass")
    return len(raw), raw
