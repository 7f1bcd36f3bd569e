"""Assets, the dashboard's file browser: a signed URL to upload to, and the rows of what was uploaded."""

from pathlib import PurePosixPath
from posixpath import join

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy import accepts, bodies, errors, presigned, queries, times
from stationthis_discord.sandbox.comfydeploy.desk import account
from stationthis_discord.sandbox.comfydeploy.errors import CrashError, RefusedError
from stationthis_discord.sandbox.comfydeploy.gate import caller
from stationthis_discord.sandbox.comfydeploy.jsonb import JsonObject
from stationthis_discord.sandbox.comfydeploy.pictures import Bytes
from stationthis_discord.sandbox.comfydeploy.reply import json_reply
from stationthis_discord.sandbox.comfydeploy.routes.files import uploaded
from stationthis_discord.sandbox.comfydeploy.rows import Asset
from stationthis_discord.sandbox.comfydeploy.storage import content_type, is_accepted, new_file_id

_FOLDER = "assets"


async def presigned_url(request: web.Request) -> web.Response:
    """The key is made from the given type, not from the name; the download URL is never signed."""
    query = accepts.from_query(queries.PresignedQuery, request)
    storage, file_id = account(request).storage, new_file_id(query.type)
    path = _path(query.parent_path, file_id, query.file_name)
    key, public = join(_FOLDER, path), not storage.private
    url = presigned.upload_url(storage, key, query.type, public=public, seconds=storage.seconds)
    return json_reply(
        {
            "url": url,
            "download_url": storage.plain_url(key),
            "file_id": file_id,
            "db_path": path,
            "is_public": public,
        }
    )


async def register(request: web.Request) -> web.Response:
    """Believes what it is told; only an id twice is too much for the database."""
    body = await accepts.from_body(bodies.AssetRegister, request)
    if account(request).assets.get(body.file_id) is not None:
        raise CrashError
    asset = Asset(
        id=body.file_id,
        owner=caller(request),
        name=body.file_name,
        path=body.db_path,
        file_size=body.file_size,
        url=body.url,
        mime_type=body.mime_type,
        created_at=times.now(),
    )
    return json_reply(_shown(account(request).assets.add(asset)))


async def upload(request: web.Request) -> web.Response:
    query = accepts.from_query(queries.AssetUploadQuery, request)
    name, content = await uploaded(request)
    mime_type = content_type(name)
    if not is_accepted(mime_type):
        raise RefusedError(errors.UPLOAD_TYPE)
    file_id, storage = new_file_id(mime_type), account(request).storage
    path = _path(query.parent_path, file_id, name)
    asset = Asset(
        id=file_id,
        owner=caller(request),
        name=name,
        path=path,
        file_size=len(content),
        url=storage.plain_url(storage.put(join(_FOLDER, path), Bytes(content))),
        mime_type=mime_type,
        created_at=times.now(),
    )
    return json_reply(_shown(account(request).assets.add(asset)))


def _path(parent: str, file_id: str, name: str) -> str:
    return join(parent.lstrip("/"), f"{file_id}{PurePosixPath(name).suffix}")


def _shown(row: Asset) -> JsonObject:
    return {
        "id": row.id,
        "user_id": row.owner.user_id,
        "org_id": row.owner.org_id,
        "name": row.name,
        "is_folder": False,
        "path": row.path,
        "file_size": row.file_size,
        "url": row.url,
        "mime_type": row.mime_type,
        "created_at": times.bare(row.created_at),
        "updated_at": times.bare(row.created_at),
        "deleted": False,
    }
