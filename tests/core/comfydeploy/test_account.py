"""The account: its plan, and what GPUs cost."""

import pytest
from aiohttp import web

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import BadReply
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from tests.core.stub import saying, serving


async def test_the_plan_has_a_name(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    assert (await api.account.get_plan()).plan == "business_monthly"

    assert sandbox.calls[-1].path == "/api/platform/plan"


async def test_prices_are_dollars_a_second_by_gpu(api: ComfyDeploy) -> None:
    prices = await api.account.get_gpu_prices()

    assert (prices["T4"], prices["H100"]) == (0.00018, 0.002338)
    assert all(type(price) is float for price in prices.values())


async def test_prices_that_are_none_are_left_out() -> None:
    body = (
        b'{"T4": 0.5, "free": 0, "one": 1, "text": "0.5", "null": null, "yes": true, "list": [], "less": -0.1,'
        b'"nan": NaN, "inf": Infinity, "huge": 1e400, "long": %s}' % (b"9" * 400)
    )

    async with serving(saying(body)) as server, ComfyDeploy.connect(server.url, "key") as api:
        prices = await api.account.get_gpu_prices()

    assert prices == {"T4": 0.5, "free": 0.0, "one": 1.0}


@pytest.mark.parametrize("body", [[], None, 7, "text"])
async def test_prices_that_are_no_table_are_a_bad_reply(body: object) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response(body)

    async with serving(answer) as server, ComfyDeploy.connect(server.url, "key") as api:
        with pytest.raises(BadReply):
            await api.account.get_gpu_prices()
