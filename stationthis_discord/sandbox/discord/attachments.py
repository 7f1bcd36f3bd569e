"""Files of messages: storing uploads, and which files a message has after an edit.

https://docs.discord.com/developers/reference#uploading-files
"""

import mimetypes
import re

from stationthis_discord.sandbox.discord.body import Upload
from stationthis_discord.sandbox.discord.image_size import image_size
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.refusals import Problems
from stationthis_discord.sandbox.discord.stored import StoredFile
from stationthis_discord.sandbox.discord.world import World

_LIFE_SECONDS = 24 * 3600
_TYPES = {
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".glb": "model/gltf-binary",
    ".safetensors": "application/octet-stream",
}


def store(world: World, folder: str, upload: Upload, described: Object, *, ephemeral: bool = False) -> StoredFile:
    """Keeps a file and gives it an id and a signed address below `/attachments/<folder>/`."""
    original = str(described.get("filename") or upload.filename)
    name = re.sub(r"[^\w.-]", "", original.replace(" ", "_"), flags=re.ASCII) or "file"
    file_id = world.new_id()
    area = "ephemeral-attachments" if ephemeral else "attachments"
    issued = int(world.clock())
    signature = f"ex={issued + _LIFE_SECONDS:x}&is={issued:x}&hm={int(file_id):064x}&"
    file = StoredFile(
        id=file_id,
        filename=name,
        data=upload.data,
        content_type=content_type(name),
        url=f"{world.origin}/{area}/{folder}/{file_id}/{name}?{signature}",
        description=described.get("description"),
        title=original.rsplit(".", 1)[0] if name != original else None,
        size=image_size(upload.data),
        ephemeral=ephemeral,
        spoiler=described.get("is_spoiler") is True,
    )
    world.files[file_id] = file
    return file


def content_type(name: str) -> str:
    """By the file's ending, as Discord does it for what bots upload."""
    ending = "." + name.rsplit(".", 1)[-1].lower()
    return _TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def store_all(
    world: World, folder: str, uploads: list[Upload], payload: Object, *, ephemeral: bool
) -> list[StoredFile]:
    """The files of a new message: all uploads, described by `attachments` where that names them."""
    described = {str(item["id"]): item for item in payload.get("attachments") or []}
    unknown = set(described) - {upload.key for upload in uploads}
    _refuse(payload, unknown)
    return [store(world, folder, upload, described.get(upload.key, {}), ephemeral=ephemeral) for upload in uploads]


def merge(world: World, folder: str, had: list[StoredFile], uploads: list[Upload], payload: Object) -> list[StoredFile]:
    """The files after an edit.

    With `attachments`, exactly those it lists: kept ones by id, new ones by the `n` of their `files[n]`. Without, all
    there were and the new ones after them.
    https://docs.discord.com/developers/resources/message#edit-message
    """
    ephemeral = any(file.ephemeral for file in had)
    listed = payload.get("attachments")
    if listed is None:
        return had + [store(world, folder, upload, {}, ephemeral=ephemeral) for upload in uploads]
    kept = {file.id: file for file in had}
    new = {upload.key: upload for upload in uploads}
    _refuse(payload, {str(item["id"]) for item in listed} - set(kept) - set(new))
    after = []
    for item in listed:
        key = str(item["id"])
        if key in kept:
            kept[key].description = item.get("description", kept[key].description)
            after.append(kept[key])
        else:
            after.append(store(world, folder, new[key], item, ephemeral=ephemeral))
    return after


def _refuse(payload: Object, unknown: set[str]) -> None:
    problems = Problems()
    for index, item in enumerate(payload.get("attachments") or []):
        if str(item["id"]) in unknown:
            message = f"Attachment {item['id']} was not uploaded"
            problems.add(("attachments", index, "id"), "ATTACHMENT_NOT_FOUND", message)
    problems.raise_any()
