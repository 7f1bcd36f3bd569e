"""The bucket: uploaded inputs and the outputs of runs, served on the sandbox's own origin outside `/api`."""

import asyncio
import hashlib
import hmac
import mimetypes
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from urllib.parse import parse_qs, quote, unquote, urlsplit

from stationthis_discord.sandbox.comfydeploy.pictures import Bytes, FileRecipe, file_bytes

PREFIX = "/files/"
_MORE_TYPES = {
    ".webp": "image/webp",
    ".exr": "application/octet-stream",
    ".opus": "audio/ogg",
    ".obj": "model/obj",
    ".flac": "audio/flac",
    ".glb": "model/gltf-binary",
}  # not in every mimetypes table
BROKEN = (404, 403)  # how a file can be broken
_TICK = 1e-6
_PREFIXES = {"image/": "img", "video/": "vid", "audio/": "audio", "application/zip": "zip", "application/": "file"}


@dataclass(slots=True)
class Storage:
    """Files by key. With `private`, URLs are signed for `seconds`, and refused unsigned or after that time.

    `types` are the content types that uploads through a signed URL brought along, `broken` the statuses of files that
    cannot be fetched. `downloads` and `downloaded` count answers and bytes by path.
    """

    origin: str = ""
    private: bool = False
    seconds: float = 3600.0
    files: dict[str, FileRecipe] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    broken: dict[str, int] = field(default_factory=dict)
    downloads: Counter[str] = field(default_factory=Counter)
    downloaded: Counter[str] = field(default_factory=Counter)
    latest: float = 0.0  # until when a URL is good at the most, of all that were signed
    expired: float = 0.0  # none that is good until then is taken any more
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def put(self, key: str, recipe: FileRecipe) -> str:
        """Keep a file under a key; a second one replaces it. Returns the key."""
        self.files[key] = recipe
        return key

    def put_upload(self, name: str, content: bytes) -> str | None:
        """Keep an uploaded file; returns its key, or null for a type the API does not accept (by file name alone)."""
        if not is_accepted(content_type(name)):
            return None
        file_id = new_file_id(content_type(name))
        return self.put(f"inputs/{file_id}{PurePosixPath(name).suffix}", Bytes(content))

    def plain_url(self, key: str) -> str:
        return f"{self.origin}{PREFIX}{quote(key)}"

    def url(self, key: str) -> str:
        """Where the file can be fetched now: signed and different each time when the account is private."""
        if not self.private:
            return self.plain_url(key)
        moment = max(time.time() + self.seconds, self.expired + _TICK if self.expired else 0.0)
        until = f"{moment:.6f}"
        self.latest = max(self.latest, float(until))
        begun = datetime.fromtimestamp(time.time(), UTC).strftime("%Y%m%dT%H%M%SZ")
        about = f"X-Amz-Date={begun}&X-Amz-Expires={round(self.seconds)}&X-Amz-Security-Token={until}"
        return f"{self.plain_url(key)}?{about}&X-Amz-Signature={self.sign(key, until)}"

    def expire(self) -> None:
        """From now on every URL signed so far is refused."""
        self.expired = self.latest

    def key_of(self, url: str) -> str | None:
        """The key of a URL of ours that has a file, whatever its query; null for any other."""
        parts = urlsplit(url)
        key = unquote(parts.path.removeprefix(PREFIX))
        return key if f"{parts.scheme}://{parts.netloc}" == self.origin and key in self.files else None

    def refusal(self, key: str, query: str) -> str | None:
        """Why S3 would not hand out this file: the message of its 403, or null."""
        if self.broken.get(key) == 403:
            return "Access Denied"
        if not self.private:
            return None
        fields = {name: values[-1] for name, values in parse_qs(query).items()}
        until = fields.get("X-Amz-Security-Token", "")
        if not same(fields.get("X-Amz-Signature", ""), self.sign(key, until)):
            return "Access Denied"
        return "Request has expired" if float(until) < time.time() or float(until) <= self.expired else None

    def has(self, key: str) -> bool:
        return key in self.files and key not in self.broken

    async def read(self, key: str) -> bytes:
        """The bytes of a file, drawn in a thread the first time. Raises `KeyError` for an unknown one."""
        recipe = self.files[key]
        return recipe.content if isinstance(recipe, Bytes) else await asyncio.to_thread(file_bytes, recipe)

    def sign(self, *parts: str) -> str:
        return hmac.new(self.secret, "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def same(given: str, right: str) -> bool:
    """Whether a signature is right, in constant time."""
    return hmac.compare_digest(given.encode(errors="replace"), right.encode())


def content_type(name: str) -> str:
    """The MIME type guessed from a file name, as the API does it."""
    suffix = PurePosixPath(name).suffix.lower()
    return _MORE_TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def is_accepted(mime_type: str) -> bool:
    """Whether the API takes an upload of this type."""
    return any(mime_type.startswith(family) for family in _PREFIXES)


def new_file_id(mime_type: str) -> str:
    """An id that tells the family of its type, such as `img_0123456789abcdef`."""
    prefix = next((prefix for family, prefix in _PREFIXES.items() if mime_type.startswith(family)), "file")
    return f"{prefix}_{secrets.token_hex(8)}"
