"""Reading a request's body: JSON, or a form with JSON and files."""

import re
from dataclasses import dataclass, field

from aiohttp import web

from stationthis_discord.sandbox.discord import codec, refusals
from stationthis_discord.sandbox.discord.payload import Object

_FILE = re.compile(r"files\[(\d+)\]")


@dataclass(frozen=True)
class Upload:
    """A file of a form; `key` is the `n` of its field `files[n]`, by which `attachments` names it."""

    key: str
    filename: str
    data: bytes


@dataclass(frozen=True)
class Body:
    """What a request carried. `json` is foreign: any JSON value, None when there was no body."""

    json: object = None
    uploads: list[Upload] = field(default_factory=list)

    def object(self) -> Object:
        """The body as an object. Raises 50035 when it is something else; no body counts as an empty object."""
        problems = refusals.Problems()
        found = problems.mapping((), self.json)
        problems.raise_any()
        return found


async def read_body(request: web.Request) -> Body:
    """Reads it whole.

    Raises:
        Refusal: 50109 for broken JSON, 50035 for another content type.
    """
    if request.content_type == "multipart/form-data":
        return await _form(request)
    data = await request.read()
    if not data:
        return Body()
    if request.content_type != "application/json":
        problems = refusals.Problems()
        problems.add((), "CONTENT_TYPE_INVALID", 'Expected "Content-Type" header to be one of {"application/json"}.')
        problems.raise_any()
    return Body(_parse(data))


def _parse(data: bytes | str) -> object:
    try:
        return codec.load(data)
    except ValueError:
        raise refusals.invalid_json() from None


async def _form(request: web.Request) -> Body:
    fields: Object = {}
    payload: object = None
    uploads: list[Upload] = []
    for name, value in (await request.post()).items():
        match = _FILE.fullmatch(name)
        if isinstance(value, web.FileField):
            uploads.append(Upload(match[1] if match else name, value.filename, value.file.read()))
        elif name == "payload_json":
            payload = _parse(str(value))
        else:
            fields[name] = value
    return Body(fields if payload is None else payload, uploads)
