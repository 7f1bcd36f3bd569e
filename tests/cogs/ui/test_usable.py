"""Which files of a message an input could take: attachments by what they say they are, and pictures of embeds."""

from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from cogs.ui.usable import MOST, usable_in
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.values import Attached, Source

CDN, PROXY = "https://cdn.discordapp.com/attachments/1/2", "https://images-ext-1.discordapp.net/external"


def attached(name: str, content_type: str | None = None, number: int = 1) -> discord.Attachment:
    data: dict[str, Any] = {
        "id": str(number),
        "filename": name,
        "size": 7,
        "url": f"{CDN}/{name}?ex=1",
        "proxy_url": "",
    }
    return discord.Attachment(
        data=cast("Any", data | {"content_type": content_type}), state=cast("Any", SimpleNamespace(http=None))
    )


def embed(**pictures: str) -> discord.Embed:
    """With an `image` and a `thumbnail`: addresses, of which Discord has its own copies."""
    shown = {part: {"url": url, "proxy_url": f"{PROXY}/{part}.png?x=1"} for part, url in pictures.items()}
    return discord.Embed.from_dict(cast("Any", shown))


def message(*parts: discord.Attachment | discord.Embed, forwarded: tuple[Any, ...] = ()) -> discord.Message:
    files = [part for part in parts if isinstance(part, discord.Attachment)]
    embeds = [part for part in parts if isinstance(part, discord.Embed)]
    return cast("discord.Message", SimpleNamespace(attachments=files, embeds=embeds, message_snapshots=forwarded))


@pytest.mark.parametrize(
    ("name", "content_type", "kind"),
    [
        ("a.png", "image/png", InputKind.IMAGE),
        ("a.svg", "image/svg+xml; charset=utf-8", InputKind.IMAGE),
        ("a.mp4", "video/mp4", InputKind.VIDEO),
        ("a.ogg", "audio/ogg", InputKind.AUDIO),
        ("a.EXR", "image/x-exr", InputKind.EXR),
        ("a.exr", None, InputKind.EXR),
        ("a.zip", "application/zip", InputKind.FILE),
        ("a.png", None, InputKind.FILE),
    ],
)
def test_an_attachment_is_of_the_kind_it_says(name: str, content_type: str | None, kind: InputKind) -> None:
    found = usable_in(message(attached(name, content_type)))

    assert found == (Attached(kind, Source(name, f"{CDN}/{name}?ex=1", 7, attached=True)),)


def test_the_pictures_of_an_embed_are_discords_own_copies() -> None:
    found = usable_in(message(embed(image="https://a.example/a.png", thumbnail="https://a.example/b.png")))

    assert found == (
        Attached(InputKind.IMAGE, Source("image.png", f"{PROXY}/image.png?x=1", attached=True)),
        Attached(InputKind.IMAGE, Source("thumbnail.png", f"{PROXY}/thumbnail.png?x=1", attached=True)),
    )


def test_without_a_copy_it_is_the_picture_itself_but_for_one_that_is_attached_anyway() -> None:
    bare = [discord.Embed().set_image(url=url) for url in ("https://a.example/", "attachment://a.png", "https://[a/b")]

    found = usable_in(message(*bare))

    assert [item.file for item in found] == [
        Source("picture", "https://a.example/"),
        Source("picture", "https://[a/b"),
    ]


def test_each_picture_is_found_once_attachments_first() -> None:
    picture = attached("a.png", "image/png")

    found = usable_in(message(embed(image="https://a.example/a.png"), picture, embed(image="https://a.example/a.png")))

    assert [item.file.name for item in found] == ["a.png", "image.png"]


def test_what_was_forwarded_is_found() -> None:
    snapshot = SimpleNamespace(attachments=[attached("a.png", "image/png")], embeds=[])

    assert [item.file.name for item in usable_in(message(forwarded=(snapshot,)))] == ["a.png"]


def test_a_message_of_words_has_nothing_usable() -> None:
    assert usable_in(message(discord.Embed(description="a fox"))) == ()


def test_no_more_are_found_than_can_be_picked_from() -> None:
    many = [attached(f"{number}.png", "image/png", number) for number in range(MOST + 5)]

    assert [item.file.name for item in usable_in(message(*many))] == [f"{number}.png" for number in range(MOST)]
