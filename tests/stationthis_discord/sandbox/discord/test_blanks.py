"""Blanks around a text are trimmed before they are counted; a message has to show something besides them."""

import pytest

from tests.stationthis_discord.sandbox.discord.conftest import Api


async def test_content(api: Api) -> None:
    longest = "a" * 2000

    assert (await api.message({"content": f" {longest}\n"}))["content"] == longest
    assert (await api.post({"content": f"a {longest}"})).body["code"] == 50035
    assert (await api.post({"content": " \n"})).body["code"] == 50006


async def test_embeds_are_returned_without_them(api: Api) -> None:
    field = {"name": " n ", "value": "v" * 1024 + " ", "inline": True}
    signed = {"author": {"name": "a "}, "footer": {"text": "\nf"}}
    embed = {"title": " t" + " " * 256, "description": "d" * 4096 + "   ", "fields": [field], **signed}

    [shown] = (await api.message({"embeds": [embed]}))["embeds"]

    assert (shown["title"], shown["description"]) == ("t", "d" * 4096)
    assert (shown["author"], shown["footer"]) == ({"name": "a"}, {"text": "f"})
    assert shown["fields"] == [{"name": "n", "value": "v" * 1024, "inline": True}]


async def test_they_do_not_count_towards_the_total(api: Api) -> None:
    embeds = [{"description": "x" * 3000 + " " * 1000}, {"description": "x" * 3000}]

    assert (await api.post({"embeds": embeds})).status == 200
    assert (await api.post({"embeds": [*embeds, {"title": "x"}]})).body["code"] == 50035


@pytest.mark.parametrize(
    "more", [{"content": "x"}, {"embeds": [{"title": "t", "image": {"url": "attachment://no.png"}}]}]
)
async def test_a_picture_that_is_missing_is_left_out(api: Api, more: dict[str, object]) -> None:
    body = {"embeds": [{"image": {"url": "attachment://no.png"}}], **more}

    assert (await api.post(body)).status == 200


async def test_a_picture_alone_has_to_be_there(api: Api) -> None:
    missing = await api.post({"embeds": [{"image": {"url": "attachment://0.png"}}]})
    there = await api.post({"embeds": [{"image": {"url": "attachment://0.png"}}]}, [b"data"])

    assert (missing.status, missing.body["code"]) == (400, 50006)
    assert there.status == 200
