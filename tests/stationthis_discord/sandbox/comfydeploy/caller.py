"""A client for the tests: aiohttp with the sandbox's key, replies as status and body."""

import asyncio
import time
from dataclasses import dataclass

import aiohttp

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from stationthis_discord.sandbox.comfydeploy.jsonb import Json


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Json
    headers: dict[str, str]


@dataclass(slots=True)
class Caller:
    """Calls paths under `/api`; what each test asks."""

    api: ComfyDeploySandbox
    http: aiohttp.ClientSession

    async def get(self, path: str, **headers: str) -> Reply:
        return await self.ask("GET", path, headers=headers)

    async def post(self, path: str, json: Json = None) -> Reply:
        return await self.ask("POST", path, json=json)

    async def ask(self, method: str, path: str, **options: Json) -> Reply:
        options["headers"] = {"Authorization": f"Bearer {self.api.key}"} | (options.get("headers") or {})
        url = f"{self.api.url}/api{path}"
        async with self.http.request(method, url, allow_redirects=False, **options) as reply:
            is_json = reply.content_type == "application/json"
            body = await reply.json() if is_json else (await reply.read()).decode()
            return Reply(reply.status, body, dict(reply.headers))

    async def queue(self, name: str, **inputs: Json) -> str:
        """Queue a run of a production deployment; returns its id."""
        body = {"deployment_id": self.api.deployment(name).id, "inputs": inputs}
        reply = await self.post("/run/deployment/queue", body)
        assert reply.status == 200, reply
        return str(reply.body["run_id"])

    async def run(self, run_id: str) -> Json:
        return (await self.get(f"/run/{run_id}?queue_position=true")).body

    async def finished(self, run_id: str) -> Json:
        """The run once it has ended."""
        until = time.monotonic() + 5
        while time.monotonic() < until:
            body = await self.run(run_id)
            if body["status"] in ("success", "failed", "timeout", "cancelled"):
                return body
            await asyncio.sleep(0.005)
        raise TimeoutError

    async def upload(self, name: str, content: bytes) -> Reply:
        form = aiohttp.FormData(quote_fields=False)  # else the file name arrives with %20
        form.add_field("file", content, filename=name, content_type="application/octet-stream")
        return await self.ask("POST", "/file/upload", data=form)

    async def fetch(self, url: str) -> tuple[int, str, bytes]:
        """Status, content type and bytes of a file, asked for without a key."""
        async with self.http.get(url) as reply:
            return reply.status, reply.content_type, await reply.read()


def media(run: Json) -> list[Json]:
    """Every file of a run, in the order in which its outputs were made."""
    outputs = sorted(run["outputs"], key=lambda output: str(output["created_at"]))
    return [item for output in outputs for items in output["data"].values() for item in items if isinstance(item, dict)]
