"""JSON replies as the real server writes them: compact, not escaped, and without a charset in the content type."""

import json

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy.jsonb import Json


def json_reply(data: Json, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")
