"""Uploads past the API: signed URLs, what S3 refuses, and the rows of the file browser."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from stationthis_discord.sandbox.comfydeploy.jsonb import JsonObject
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller, Reply
from tests.stationthis_discord.sandbox.comfydeploy.shapes import BARE, FILE_ID, Shape, misfits

SIGNED: Shape = {"url": str, "download_url": str, "file_id": FILE_ID, "db_path": str, "is_public": bool}
ASSET: Shape = {
    "id": FILE_ID,
    "user_id": str,
    "org_id": None,
    "name": str,
    "is_folder": bool,
    "path": str,
    "file_size": int,
    "url": str,
    "mime_type": str,
    "created_at": BARE,
    "updated_at": BARE,
    "deleted": bool,
}
PNG = {"Content-Type": "image/png"}
PUBLIC = {"x-amz-acl": "public-read"}


@pytest.fixture
async def private() -> AsyncIterator[Caller]:
    async with ComfyDeploySandbox(pace=0.02, private=True) as api, aiohttp.ClientSession() as http:
        yield Caller(api, http)


async def sign(caller: Caller, query: str = "file_name=cat.png&type=image/png") -> JsonObject:
    body: JsonObject = (await caller.get(f"/assets/presigned-url?{query}")).body
    return body


async def put(caller: Caller, url: str, headers: dict[str, str], content: bytes = b"picture") -> Reply:
    async with caller.http.put(url, data=content, headers=headers) as reply:
        return Reply(reply.status, (await reply.read()).decode(), dict(reply.headers))


async def test_a_signed_upload_is_served_with_the_type_it_came_with(caller: Caller) -> None:
    signed = await sign(caller, "file_name=noext&type=image/png&parent_path=/mine")

    reply = await put(caller, signed["url"], PNG | PUBLIC)

    assert misfits(signed, SIGNED) == []
    assert (signed["is_public"], signed["db_path"]) == (True, f"mine/{signed['file_id']}")
    assert (reply.status, reply.body, reply.headers["Etag"]) == (200, "", '"5456fc54c74a297ce994998c2873b370"')
    assert await caller.fetch(signed["download_url"]) == (200, "image/png", b"picture")


async def test_the_url_looks_like_s3s(caller: Caller) -> None:
    url = (await sign(caller))["url"]

    assert [part.partition("=")[0] for part in url.partition("?")[2].split("&")] == [
        *("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders"),
        "X-Amz-Signature",
    ]
    assert "X-Amz-Expires=3600&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-acl&" in url


@pytest.mark.parametrize(
    "headers",
    [
        PNG,
        PUBLIC | {"Content-Type": "image/jpeg"},
        PUBLIC | {"Content-Type": "image/png; charset=utf-8"},
        PNG | {"x-amz-acl": "private"},
    ],
)
async def test_other_headers_do_not_match_the_signature(caller: Caller, headers: dict[str, str]) -> None:
    signed = await sign(caller)

    reply = await put(caller, signed["url"], headers)

    assert (reply.status, reply.headers["Content-Type"][:15]) == (403, "application/xml")
    assert "<Code>SignatureDoesNotMatch</Code>" in reply.body
    assert (await caller.fetch(signed["download_url"]))[0] == 404


async def test_a_private_upload_must_not_be_made_public(private: Caller) -> None:
    signed = await sign(private)

    refused = await put(private, signed["url"], PNG | PUBLIC)
    taken = await put(private, signed["url"], PNG)

    assert signed["is_public"] is False
    assert "SignedHeaders=content-type%3Bhost&" in signed["url"]
    assert (refused.status, taken.status) == (403, 200)
    assert (await private.fetch(signed["download_url"]))[0] == 403  # unsigned


async def test_a_private_upload_is_a_good_input_unsigned(private: Caller) -> None:
    signed = await sign(private)
    sample = await private.api.account.storage.read("inputs/sample.png")
    await put(private, signed["url"], PNG, sample)

    run = await private.finished(await private.queue("upscale", image=signed["download_url"]))

    assert run["status"] == "success"


async def test_a_signed_url_expires(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.account.storage.seconds = -1

    reply = await put(caller, (await sign(caller))["url"], PNG | PUBLIC)

    assert reply.status == 403
    assert "Request has expired" in reply.body


async def test_a_signature_is_for_one_key_and_cannot_be_stretched(caller: Caller) -> None:
    url = (await sign(caller))["url"]
    other = url.replace("/img_", "/img_0")

    replies = [
        await put(caller, changed, PNG | PUBLIC)
        for changed in (other, url.replace("Expires=3600", "Expires=9999"), url.partition("?")[0])
    ]

    assert [reply.status for reply in replies] == [403] * 3
    assert "<Code>AccessDenied</Code>" in replies[2].body


async def test_a_name_and_a_type_are_needed(caller: Caller) -> None:
    reply = await caller.get("/assets/presigned-url?file_name=a.png")

    assert (reply.status, [entry["loc"] for entry in reply.body["detail"]]) == (422, [["query", "type"]])


@pytest.mark.parametrize(
    ("mime_type", "prefix"), [("video/mp4", "vid_"), ("audio/mpeg", "audio_"), ("application/zip", "zip_")]
)
async def test_the_id_comes_from_the_type(caller: Caller, mime_type: str, prefix: str) -> None:
    assert (await sign(caller, f"file_name=a.png&type={mime_type}"))["file_id"].startswith(prefix)


async def test_what_was_uploaded_is_registered_once(caller: Caller) -> None:
    signed = await sign(caller)
    body = {
        "file_id": signed["file_id"],
        "file_name": "cat.png",
        "file_size": 7,
        "db_path": signed["db_path"],
        "url": signed["download_url"],
        "mime_type": "image/png",
    }

    half = await caller.post("/assets/register", {"file_id": "x"})
    first = await caller.post("/assets/register", body)
    second = await caller.post("/assets/register", body)

    assert (first.status, misfits(first.body, ASSET)) == (200, [])
    assert (first.body["name"], first.body["url"], first.body["file_size"]) == ("cat.png", signed["download_url"], 7)
    assert (second.status, half.status, len(half.body["detail"])) == (500, 422, 5)


async def test_an_asset_is_uploaded_in_one_go(caller: Caller) -> None:
    form = aiohttp.FormData()
    form.add_field("file", b"picture", filename="cat.png")

    reply = await caller.ask("POST", "/assets/upload?parent_path=/a/b", data=form)

    assert (reply.status, misfits(reply.body, ASSET)) == (200, [])
    assert (reply.body["path"], reply.body["file_size"]) == (f"a/b/{reply.body['id']}.png", 7)
    assert await caller.fetch(reply.body["url"]) == (200, "image/png", b"picture")


async def test_assets_of_other_types_are_refused(caller: Caller) -> None:
    form = aiohttp.FormData()
    form.add_field("file", b"text", filename="notes.txt")

    reply = await caller.ask("POST", "/assets/upload", data=form)

    assert (reply.status, reply.body) == (400, {"detail": "Unsupported file type"})


async def test_post_file_is_no_upload(caller: Caller) -> None:
    form = aiohttp.FormData()
    form.add_field("file", b"\x89PNG\xff", filename="cat.png")

    empty = await caller.post("/file", {})
    multipart = await caller.ask("POST", "/file", data=form)

    assert [entry["loc"][1] for entry in empty.body["detail"]] == ["url", "filename", "folder_path"]
    assert (empty.status, multipart.status, multipart.body) == (422, 500, "Internal Server Error")


async def test_a_text_that_is_not_json_is_refused_as_itself(caller: Caller) -> None:
    reply = await caller.ask("POST", "/file", data="hello", headers={"Content-Type": "text/plain"})

    assert (reply.status, reply.body["detail"][0]["type"]) == (422, "model_attributes_type")
    assert reply.body["detail"][0]["input"] == "hello"
