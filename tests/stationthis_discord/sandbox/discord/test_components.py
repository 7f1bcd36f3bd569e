"""Components of messages: selects of every kind, buttons of every style, and layouts of components alone."""

import io

import discord
import pytest
from discord import ui

from stationthis_discord.sandbox.discord import DiscordSandbox, DriverError, Person
from stationthis_discord.sandbox.discord.component_rules import check_components
from stationthis_discord.sandbox.discord.refusals import Problems
from tests.stationthis_discord.sandbox.discord.conftest import Api, Bot, Object, Start

V2 = 1 << 15
BUTTON: Object = {"type": 2, "style": 1, "label": "a", "custom_id": "a"}
TEXT: Object = {"type": 10, "content": "t"}
MEDIA: Object = {"url": "https://example.com/a.png"}

PICKED: list[Object] = [{"label": name, "value": name, "default": True} for name in "ab"]


def row(*items: Object) -> Object:
    return {"type": 1, "components": list(items)}


def select(kind: int, **fields: object) -> Object:
    return row({"type": kind, "custom_id": "s", **fields})


@pytest.mark.parametrize(
    "component",
    [
        row({"type": 2, "style": 5, "label": "Open", "url": "https://example.com"}, BUTTON),
        row({"type": 2, "style": 6, "sku_id": "1"}),
        *[select(kind, min_values=0, max_values=25) for kind in (5, 6, 7, 8)],
        select(5, default_values=[{"type": "user", "id": "1"}]),
        select(7, default_values=[{"type": "role", "id": "1"}, {"type": "user", "id": "2"}], max_values=2),
        select(3, options=PICKED, max_values=2),
        select(3, options=PICKED[:1]),
        select(8, channel_types=[0, 11], default_values=[{"type": "channel", "id": "1"}]),
    ],
)
def test_good_ones(component: Object) -> None:
    assert not refused(component, v2=False)


@pytest.mark.parametrize(
    "component",
    [
        row({**BUTTON, "url": "https://example.com"}),
        row({**BUTTON, "sku_id": "1"}),
        row({"type": 2, "style": 5, "label": "a", "url": "https://example.com", "custom_id": "a"}),
        row({"type": 2, "style": 5, "label": "a"}),
        row({"type": 2, "style": 6}),
        row({"type": 2, "style": 6, "sku_id": "1", "label": "a"}),
        row({"type": 2, "style": 9, "label": "a", "custom_id": "a"}),
        row(BUTTON, {"type": 5, "custom_id": "s"}),
        row({"type": 4, "custom_id": "s", "style": 1, "label": "only in modals"}),
        row({**BUTTON, "id": 3}, {**BUTTON, "custom_id": "b", "id": 3}),
        select(5, min_values=3, max_values=2),
        select(5, default_values=[{"type": "channel", "id": "1"}]),
        select(6, default_values=[{"type": "role", "id": "1"}, {"type": "role", "id": "2"}]),
        select(3, options=[{"label": "a", "value": "a"}], max_values=2),
        select(3, options=PICKED),
        select(3),
        {"type": 18, "label": "only in modals", "component": {"type": 23, "custom_id": "c"}},
        TEXT,
    ],
)
def test_refused_ones(component: Object) -> None:
    assert refused(component, v2=False)


LAYOUTS: list[Object] = [
    TEXT,
    row(BUTTON),
    {"type": 9, "components": [TEXT], "accessory": BUTTON},
    {"type": 9, "components": [TEXT], "accessory": {"type": 11, "media": MEDIA, "description": "d"}},
    {"type": 12, "items": [{"media": MEDIA, "spoiler": True}]},
    {"type": 13, "file": {"url": "attachment://a.png"}},
    {"type": 14, "divider": True, "spacing": 2},
]


@pytest.mark.parametrize("component", [*LAYOUTS, {"type": 17, "accent_color": 5, "components": LAYOUTS[:3:2]}])
def test_good_layouts(component: Object) -> None:
    assert not refused(component, v2=True)


@pytest.mark.parametrize(
    "component",
    [
        BUTTON,
        {"type": 9, "components": [TEXT]},
        {"type": 9, "components": [row(BUTTON)], "accessory": BUTTON},
        {"type": 9, "components": [], "accessory": BUTTON},
        {"type": 11, "media": MEDIA},
        {"type": 12, "items": []},
        {"type": 12, "items": [{}]},
        {"type": 13, "file": MEDIA},
        {"type": 14, "spacing": 3},
        {"type": 17, "components": []},
        {"type": 17, "components": [{"type": 17, "components": [TEXT]}]},
        {"type": 17, "components": [TEXT], "accent_color": -1},
        {"type": 10},
    ],
)
def test_refused_layouts(component: Object) -> None:
    assert refused(component, v2=True)


def refused(component: Object, *, v2: bool) -> bool:
    problems = Problems()
    check_components(problems, ("components",), [component], v2=v2)
    return bool(problems.tree)


@pytest.mark.parametrize("legacy", [{"content": "x"}, {"embeds": [{"title": "t"}]}])
async def test_a_layout_has_no_text_of_its_own(api: Api, legacy: Object) -> None:
    layout = {"flags": V2, "components": [TEXT]}
    message = await api.message(legacy)
    path = f"/channels/{message['channel_id']}/messages/{message['id']}"

    assert (await api.post({**layout, **legacy})).body["code"] == 50035
    assert (await api("PATCH", path, layout)).body["code"] == 50035
    assert (await api("PATCH", path, {**layout, "content": None, "embeds": []})).status == 200


class Picker(ui.View):
    """A select of each kind that is filled by the client."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    async def tell(self, interaction: discord.Interaction, values: list[str]) -> None:
        await interaction.response.send_message(", ".join(values) or "nobody", ephemeral=True)

    @ui.select(cls=ui.UserSelect, custom_id="people", min_values=0, max_values=2)
    async def people(self, interaction: discord.Interaction, select: "ui.UserSelect[Picker]") -> None:
        await self.tell(interaction, [user.name for user in select.values])

    @ui.select(cls=ui.RoleSelect, custom_id="roles")
    async def roles(self, interaction: discord.Interaction, select: "ui.RoleSelect[Picker]") -> None:
        await self.tell(interaction, [role.name for role in select.values])

    @ui.select(cls=ui.MentionableSelect, custom_id="anyone")
    async def anyone(self, interaction: discord.Interaction, select: "ui.MentionableSelect[Picker]") -> None:
        await self.tell(interaction, [getattr(item, "name", "") for item in select.values])

    @ui.select(cls=ui.ChannelSelect, custom_id="places", channel_types=[discord.ChannelType.text])
    async def places(self, interaction: discord.Interaction, select: "ui.ChannelSelect[Picker]") -> None:
        await self.tell(interaction, [place.name for place in select.values])


class Card(ui.LayoutView):
    """A layout of components alone."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        picture = ui.MediaGallery["Card"](discord.MediaGalleryItem("attachment://a.png"))
        again: ui.Button[Card] = ui.Button(label="Again", custom_id="again")
        again.callback = self.again  # type: ignore[method-assign]
        self.add_item(ui.Container(ui.TextDisplay("# Done"), picture, ui.Section(ui.TextDisplay("x"), accessory=again)))

    async def again(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(view=Card(), attachments=[])


@pytest.fixture
async def artist(sandbox: DiscordSandbox, start: Start) -> Person:
    bot = Bot(discord.Intents.none())

    @bot.tree.command(description="d")
    async def pick(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("pick", view=Picker())

    @bot.tree.command(description="d")
    async def card(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=Card(), file=discord.File(io.BytesIO(b"png"), "a.png"))

    await start(bot)
    return sandbox.user("artist")


async def test_selects_filled_by_the_client(sandbox: DiscordSandbox, artist: Person) -> None:
    shown = await artist.run("pick")
    thread = sandbox.add_thread("not a text channel")

    async def pick(custom_id: str, *values: object) -> str:
        answer = await artist.select(shown.message_id, custom_id, values)
        return str(sandbox.message(answer.message_id)["content"])

    assert await pick("people", artist, sandbox.bot_user_id) == "artist, stationthis"
    assert await pick("people") == "nobody"
    assert await pick("roles", sandbox.guild) == "@everyone"
    assert await pick("anyone", artist) == "artist"
    assert await pick("places", sandbox.channel) == "general"
    for custom_id, value in (("places", thread), ("roles", artist), ("people", "1")):
        with pytest.raises(DriverError, match="there is no"):
            await pick(custom_id, value)


async def test_a_layout_by_discord_py(sandbox: DiscordSandbox, artist: Person) -> None:
    shown = await artist.run("card")
    message = sandbox.message(shown.message_id)
    [container] = message["components"]
    picture = container["components"][1]["items"][0]["media"]

    clicked = await artist.click(shown.message_id, "Again")

    assert message["flags"] == V2
    assert sandbox.file(picture["url"]) == b"png"
    assert picture["attachment_id"] == message["attachments"][0]["id"]
    assert clicked.message_id == shown.message_id
    assert sandbox.violations == []
