"""API keys: HS256 JWTs as the real service issues them, and the check of a request's key."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from stationthis_discord.sandbox.comfydeploy.errors import Problem, RefusedError

MISSING = Problem(401, "Invalid or missing token")
INVALID = Problem(401, "Invalid or expired token")
REVOKED = Problem(401, "Revoked token")
OUT_OF_SCOPE = Problem(403, "Token does not have permission to access this endpoint")
PERSON = "user_sandbox"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose rows a key sees: an organisation's, or a user's personal ones when `org_id` is null."""

    user_id: str = PERSON
    org_id: str | None = None

    def owns(self, other: "Owner") -> bool:
        if self.org_id is not None:
            return self.org_id == other.org_id
        return other.org_id is None and self.user_id == other.user_id


@dataclass(slots=True)
class Keys:
    """Issues keys with a secret of its own and tells whose a presented key is."""

    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    revoked: set[str] = field(default_factory=set)

    def issue(self, owner: Owner, *, scopes: tuple[str, ...] = (), seconds: float | None = None) -> str:
        """A JWT with payload `user_id`, `iat` and, when given, `org_id`, `exp` and `scopes` (path patterns)."""
        payload: dict[str, Any] = {"user_id": owner.user_id, "iat": int(time.time())}
        if owner.org_id is not None:
            payload["org_id"] = owner.org_id
        if seconds is not None:
            payload["exp"] = int(time.time() + seconds)
        if scopes:
            payload["scopes"] = list(scopes)
        payload["jti"] = secrets.token_hex(4)  # two keys of one second must differ
        signed = f"{_pack({'alg': 'HS256', 'typ': 'JWT'})}.{_pack(payload)}"
        return f"{signed}.{self._signature(signed)}"

    def owner(self, token: str, path: str) -> Owner:
        """Whose key this is; raises `RefusedError` with 401 or, outside a machine token's scopes, 403."""
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(errors="replace"), self._signature(signed).encode()):
            raise RefusedError(INVALID)
        payload = _unpack(signed.partition(".")[2])
        if "exp" in payload and payload["exp"] < time.time():
            raise RefusedError(INVALID)
        if token in self.revoked:
            raise RefusedError(REVOKED)
        scopes = payload.get("scopes")
        if scopes and not any(fnmatchcase(path, scope) for scope in scopes):
            raise RefusedError(OUT_OF_SCOPE)
        return Owner(payload["user_id"], payload.get("org_id"))

    def _signature(self, signed: str) -> str:
        return _base64(hmac.new(self.secret, signed.encode(errors="replace"), hashlib.sha256).digest())


def _pack(part: dict[str, Any]) -> str:
    return _base64(json.dumps(part, separators=(",", ":")).encode())


def _unpack(part: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return payload


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
