"""Files: uploads, results, pictures made from pictures, and private accounts."""

import base64
import io
from collections.abc import AsyncIterator

import aiohttp
import pytest
from PIL import Image

from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller, media


def picture(size: tuple[int, int] = (64, 48), colour: str = "#c82828") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


BROKEN_OFF = "data:image/png;base64," + base64.b64encode(picture((640, 480))[:-600]).decode()
SMALL = {"width": 128, "height": 96}


async def results(caller: Caller, name: str, **inputs: object) -> list[bytes]:
    """The files of one finished run."""
    run = await caller.finished(await caller.queue(name, **inputs))
    assert run["status"] == "success", run
    return [(await caller.fetch(item["url"]))[2] for item in media(run)]


async def test_an_upload_is_served_back_on_the_same_origin(api: ComfyDeploySandbox, caller: Caller) -> None:
    reply = await caller.upload("cat photo.png", picture())

    assert reply.status == 200
    assert list(reply.body) == ["message", "file_id", "file_name", "file_url"]
    assert (reply.body["message"], reply.body["file_name"]) == ("File uploaded successfully", "cat photo.png")
    assert reply.body["file_url"] == f"{api.url}/files/inputs/{reply.body['file_id']}.png"
    assert await caller.fetch(reply.body["file_url"]) == (200, "image/png", picture())


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("a.webp", "img_"), ("v.mp4", "vid_"), ("noext", "file_"), ("a.zip", "zip_"), ("a.mp3", "audio_")],
)
async def test_the_type_comes_from_the_name_alone(caller: Caller, name: str, prefix: str) -> None:
    assert (await caller.upload(name, b"x")).body["file_id"].startswith(prefix)


async def test_text_files_are_refused(caller: Caller) -> None:
    reply = await caller.upload("notes.txt", b"hello")

    assert (reply.status, reply.body) == (400, {"detail": "Unsupported file type"})


async def test_an_upload_without_a_file_is_422(caller: Caller) -> None:
    form = aiohttp.FormData()
    form.add_field("image", b"x", filename="a.png")
    missing = {"type": "missing", "loc": ["body", "file"], "msg": "Field required", "input": None}

    replies = [await caller.ask("POST", "/file/upload", data=form), await caller.post("/file/upload", {"a": 1})]

    assert [(reply.status, reply.body["detail"]) for reply in replies] == [(422, [missing])] * 2


async def test_unknown_files_are_s3s_404(api: ComfyDeploySandbox, caller: Caller) -> None:
    status, kind, body = await caller.fetch(f"{api.url}/files/inputs/nothing.png")

    assert (status, kind) == (404, "application/xml")
    assert b"NoSuchKey" in body


async def test_same_inputs_make_the_same_bytes(caller: Caller) -> None:
    one = await results(caller, "text-to-image", prompt="a fox", seed=7, images=2, **SMALL)
    two = await results(caller, "text-to-image", prompt="a fox", seed=7, images=2, **SMALL)
    other = await results(caller, "text-to-image", prompt="a fox", seed=8, **SMALL)

    assert one == two
    assert len(set(one)) == 2
    assert other[0] not in one
    assert opened(one[0]).size == (128, 96)


async def test_a_random_seed_makes_another_picture_each_time(caller: Caller) -> None:
    one = await results(caller, "text-to-image", prompt="a fox", **SMALL)
    two = await results(caller, "text-to-image", prompt="a fox", **SMALL)

    assert one != two


async def test_pictures_are_768_by_768_by_default(caller: Caller) -> None:
    assert opened((await results(caller, "text-to-image", seed=1))[0]).size == (768, 768)


async def test_old_nodes_write_the_workflow_into_pngs(api: ComfyDeploySandbox, caller: Caller) -> None:
    new = opened((await results(caller, "text-to-image", prompt="secret", seed=2, **SMALL))[0])
    old = opened((await results(caller, "portrait-classic", prompt="secret", seed=2, **SMALL))[0])

    assert "prompt" not in new.info
    assert "secret" in old.info["prompt"]
    assert "workflow" in old.info


async def test_image_to_image_uses_the_picture_it_is_given(caller: Caller) -> None:
    urls = [
        (await caller.upload("a.png", picture(colour=colour))).body["file_url"] for colour in ("#c82828", "#2850be")
    ]

    red, blue = [(await results(caller, "image-to-image", image=url, strength=0, seed=1))[0] for url in urls]

    assert [opened(content).convert("RGB").getpixel((500, 10)) for content in (red, blue)] == [
        (200, 40, 40),
        (40, 80, 190),
    ]


async def test_a_result_can_be_the_input_of_another_run(caller: Caller) -> None:
    first = await caller.finished(await caller.queue("text-to-image", seed=3, **SMALL))

    larger = await results(caller, "upscale", image=media(first)[0]["url"], scale="3x")

    assert opened(larger[0]).size == (384, 288)


async def test_data_uris_are_uploaded_and_replaced(api: ComfyDeploySandbox, caller: Caller) -> None:
    encoded = "data:image/png;base64," + base64.b64encode(picture()).decode()
    run = await caller.finished(await caller.queue("upscale", image=encoded, other="data:text/plain;base64,eA=="))

    assert run["status"] == "success"
    assert run["workflow_inputs"]["other"] == "data:text/plain;base64,eA=="
    assert await caller.fetch(run["workflow_inputs"]["image"]) == (200, "image/png", picture())


@pytest.mark.parametrize(
    ("inputs", "kind"),
    [
        ({}, "ValueError"),
        ({"image": "https://example.com/a.png"}, "ValueError"),
        ({"image": "data:image/png;base64,AAAA"}, "PIL.UnidentifiedImageError"),
        ({"image": BROKEN_OFF}, "PIL.UnidentifiedImageError"),
    ],
)
async def test_a_picture_that_cannot_be_opened_fails_the_run(caller: Caller, inputs: dict[str, str], kind: str) -> None:
    run = await caller.finished(await caller.queue("upscale", **inputs))
    heavy = (await caller.get(f"/workflow/{run['workflow_id']}/runs")).body[0]

    assert run["status"] == "failed"
    assert heavy["outputs"][0]["data"]["exception_type"] == kind
    assert heavy["outputs"][0]["data"]["node_type"] == "ComfyUIDeployExternalImage"


async def test_a_picture_too_large_fails_as_on_a_gpu(caller: Caller) -> None:
    run = await caller.finished(await caller.queue("text-to-image", width=100000))
    heavy = (await caller.get(f"/workflow/{run['workflow_id']}/runs")).body[0]

    assert run["status"] == "failed"
    assert heavy["outputs"][0]["data"]["exception_type"] == "torch.OutOfMemoryError"


async def test_a_caption_is_a_file_and_bare_text(caller: Caller) -> None:
    url = (await caller.upload("a.png", picture())).body["file_url"]
    run = await caller.finished(await caller.queue("caption", image=url))

    texts = [item for output in run["outputs"] for item in output["data"].get("text", [])]
    status, kind, content = await caller.fetch(media(run)[0]["url"])
    assert texts == ["a softly lit, wide picture of 64 by 48 pixels, mostly red"]
    assert (status, kind, content.decode()) == (200, "text/plain", texts[0])


async def test_an_animation_moves(caller: Caller) -> None:
    content = (await results(caller, "animation", seed=1, frames=4))[0]

    image = opened(content)
    assert (image.format, getattr(image, "n_frames", 1)) == ("WEBP", 4)


async def test_everything_runs_with_nothing_filled_in(caller: Caller) -> None:
    files = await results(caller, "everything")

    assert len(files) == 5
    assert all(files)


@pytest.fixture
async def private() -> AsyncIterator[Caller]:
    async with ComfyDeploySandbox(pace=0.0, private=True) as api, aiohttp.ClientSession() as http:
        yield Caller(api, http)


async def test_private_urls_are_signed_anew_each_time_and_expire(private: Caller) -> None:
    run_id = await private.queue("text-to-image", seed=1, **SMALL)
    first, second = [media(await private.run(run_id))[0] for _ in range(2)]

    fresh = await private.fetch(first["url"])
    unsigned = await private.fetch(first["url"].partition("?")[0])
    private.api.account.storage.seconds = -1
    expired = await private.fetch(media(await private.run(run_id))[0]["url"])

    assert first["is_public"] is False
    assert first["url"] != second["url"]
    assert (fresh[0], unsigned[0], expired[0]) == (200, 403, 403)
    assert b"Request has expired" in expired[2]


async def test_private_text_files_are_left_unsigned_by_old_nodes(private: Caller) -> None:
    private.api.behaviour["everything"] = Behaviour(node_generation="old")
    run = await private.run(await private.queue("everything"))

    urls = {
        kind: items[0]["url"]
        for output in run["outputs"]
        for kind, items in output["data"].items()
        if kind != "animated"
    }
    assert "X-Amz-Signature" in urls["images"]
    assert "?" not in urls["text_file"]
    assert (await private.fetch(urls["text_file"]))[0] == 403


async def test_a_signed_upload_is_a_good_input(private: Caller) -> None:
    url = (await private.upload("a.png", picture())).body["file_url"]

    run = await private.run(await private.queue("upscale", image=url))

    assert "X-Amz-Signature" in url
    assert run["status"] == "success"
