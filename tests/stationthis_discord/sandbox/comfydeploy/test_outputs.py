"""Every kind of result: its key, its name and its bytes, and what is written into it."""

import io
from collections.abc import AsyncIterator

import aiohttp
import pytest
from PIL import Image

from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, outputs
from stationthis_discord.sandbox.comfydeploy.jsonb import Json
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller, media

SECRET = "sk-planted-0123456789"  # no key of anybody
KEYS = {
    "png": "images",
    "jpeg": "images",
    "webp": "images",
    "exr": "images",
    "gif": "gifs",
    "awebp": "images",
    "apng": "images",
    "mp4": "gifs",
    "video": "images",
    "webm": "images",
    "flac": "audio",
    "mp3": "audio",
    "opus": "audio",
    "wav": "audio",
    "glb": "3d",
    "obj": "mesh",
    "zip": "files",
    "bin": "files",
    "txt": "text_file",
    "temp": "gifs",
}
STARTS = {
    "png": b"\x89PNG",
    "jpeg": b"\xff\xd8\xff",
    "webp": b"RIFF",
    "exr": b"\x76\x2f\x31\x01",
    "gif": b"GIF89a",
    "awebp": b"RIFF",
    "apng": b"\x89PNG",
    "mp4": b"\x00\x00\x00\x20ftyp",
    "video": b"\x00\x00\x00\x20ftyp",
    "webm": b"\x1a\x45\xdf\xa3",
    "flac": b"fLaC",
    "mp3": b"ID3",
    "opus": b"OggS",
    "wav": b"RIFF",
    "glb": b"glTF",
    "zip": b"PK",
}


@pytest.fixture
async def fast() -> AsyncIterator[Caller]:
    async with ComfyDeploySandbox(pace=0.0) as api, aiohttp.ClientSession() as http:
        yield Caller(api, http)


async def made(caller: Caller, kind: str, behaviour: Behaviour) -> Json:
    """The one output of a run that saves this kind."""
    caller.api.add_deployment(kind, outputs.workflow(kind, size=64))
    caller.api.behaviour[kind] = behaviour
    run = await caller.run(await caller.queue(kind, seed=1, images=2))
    assert run["status"] == "success", run
    return run["outputs"][0]["data"]


@pytest.mark.parametrize("kind", KEYS)
async def test_old_nodes_tell_each_kind_by_comfyuis_key(fast: Caller, kind: str) -> None:
    data = await made(fast, kind, Behaviour(node_generation="old"))

    item = data[KEYS[kind]][0]
    status, _, content = await fast.fetch(item["url"])
    assert status == 200
    assert content.startswith(STARTS.get(kind, b""))
    assert item["type"] == ("temp" if kind == "temp" else "output")


@pytest.mark.parametrize("kind", ["png", "gif", "mp4", "flac", "glb", "exr", "txt"])
async def test_new_nodes_know_images_and_files_only(fast: Caller, kind: str) -> None:
    data = await made(fast, kind, Behaviour(node_generation="new"))

    assert set(data) == {"images" if kind in ("png", "gif") else "files"}


@pytest.mark.parametrize("kind", [kind for kind in STARTS if kind != "zip"])
async def test_a_planted_text_is_in_every_kind_that_can_hold_one(fast: Caller, kind: str) -> None:
    data = await made(fast, kind, Behaviour(planted=SECRET, node_generation="old"))

    assert SECRET.encode() in (await fast.fetch(data[KEYS[kind]][0]["url"]))[2]


@pytest.mark.parametrize("kind", ["png", "apng", "gif", "mp4", "webm", "flac", "mp3", "opus", "glb", "exr"])
async def test_old_nodes_write_the_workflow_into_other_files_too(fast: Caller, kind: str) -> None:
    data = await made(fast, kind, Behaviour(node_generation="old"))

    content = (await fast.fetch(data[KEYS[kind]][0]["url"]))[2]
    assert (b"KSampler" in content) is (kind != "gif")


async def test_several_texts_are_one_output(fast: Caller) -> None:
    assert await made(fast, "texts", Behaviour()) == {"text": ["first text", "second text", "third text"]}


async def test_folders_of_nodes_are_told_but_are_no_part_of_the_address(fast: Caller) -> None:
    item = (await made(fast, "video", Behaviour()))["files"][0]

    assert (item["subfolder"], item["filename"]) == ("video", "scene_00001_.mp4")
    assert item["url"].endswith("/scene_00001_.mp4")


@pytest.mark.parametrize(("kind", "about"), [("png", 400_000), ("jpeg", 200_000), ("webp", 60_000), ("gif", 100_000)])
async def test_pictures_have_about_the_bytes_that_are_asked_for(fast: Caller, kind: str, about: int) -> None:
    data = await made(fast, kind, Behaviour(output_bytes=about))

    content = (await fast.fetch(data["images"][0]["url"]))[2]
    assert about * 0.85 <= len(content) <= about * 1.15
    Image.open(io.BytesIO(content)).load()


@pytest.mark.parametrize("kind", ["mp4", "webm"])
async def test_films_have_about_the_bytes_that_are_asked_for(fast: Caller, kind: str) -> None:
    data = await made(fast, kind, Behaviour(output_bytes=500_000))

    assert 400_000 <= len((await fast.fetch(data["files"][0]["url"]))[2]) <= 600_000


async def test_noise_differs_from_picture_to_picture(fast: Caller) -> None:
    data = await made(fast, "png", Behaviour(output_bytes=20_000))

    first, second = [(await fast.fetch(item["url"]))[2] for item in data["images"]]
    assert first != second


async def test_all_kinds_fit_into_one_workflow(fast: Caller) -> None:
    fast.api.add_deployment("all", outputs.workflow(size=64))

    run = await fast.run(await fast.queue("all", seed=1))

    assert len(media(run)) == len(KEYS)
    assert len({item["filename"] for item in media(run)}) == len(KEYS)
