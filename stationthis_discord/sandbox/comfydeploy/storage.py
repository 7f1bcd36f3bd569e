"""The bucket: uploaded inputs and the outputs of runs, served on the sandbox's own origin outside `/api`."""

import asyncio
import hashlib
import hmac
import mimetypes
import secrets
import time
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import parse_qs, quote, unquote, urlsplit

from stationthis_discord.sandbox.comfydeploy.pictures import Bytes, FileRecipe, file_bytes

PREFIX = "/files/"
_MORE_TYPES = {
    ".webp": "image/webp",
    ".flac": "audio/flac",
    ".glb": "model/gltf-binary",
}  # not in every mimetypes table
_PREFIXES = {"image/": "img", "video/": "vid", "audio/": "audio", "application/zip": "zip", "application/": "file"}


@dataclass(slots=True)
class Storage:
    """Files by key. With `private`, URLs are signed for `seconds`, and refused unsigned or after that time.

    `types` are the content types that uploads through a signed URL brought along.
    """

    origin: str = ""
    private: bool = False
    seconds: float = 3600.0
    files: dict[str, FileRecipe] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
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
        until = f"{time.time() + self.seconds:.6f}"
        query = f"X-Amz-Expires={round(self.seconds)}&X-Amz-Date={until}&X-Amz-Signature={self.sign(key, until)}"
        return f"{self.plain_url(key)}?{query}"

    def key_of(self, url: str) -> str | None:
        """The key of a URL of ours that has a file, whatever its query; null for any other."""
        parts = urlsplit(url)
        key = unquote(parts.path.removeprefix(PREFIX))
        return key if f"{parts.scheme}://{parts.netloc}" == self.origin and key in self.files else None

    def refusal(self, key: str, query: str) -> str | None:
        """Why S3 would not hand out this file: its error code and message, or null."""
        if not self.private:
            return None
        fields = {name: values[-1] for name, values in parse_qs(query).items()}
        until = fields.get("X-Amz-Date", "")
        if not same(fields.get("X-Amz-Signature", ""), self.sign(key, until)):
            return "Access Denied"
        return "Request has expired" if float(until) < time.time() else None

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
