"""Modals: every kind of field goes to the client and comes back through discord.py; what can't be sent is not."""

from typing import Any

import pytest

from stationthis_discord.sandbox.discord import DiscordSandbox, DriverError, Person, Shown
from tests.stationthis_discord.sandbox.discord.conftest import Object, Stage, Start
from tests.stationthis_discord.sandbox.discord.forms import form_bot

NAME = {"type": 18, "label": "Name", "component": {"type": 4, "custom_id": "name", "style": 1}}
MODAL: Object = {"custom_id": "form", "title": "Form", "components": [NAME]}


@pytest.fixture
async def artist(sandbox: DiscordSandbox, start: Start) -> Person:
    await start(form_bot())
    return sandbox.user("artist")


def content(sandbox: DiscordSandbox, shown: Shown) -> str:
    return str(sandbox.message(shown.message_id)["content"])


async def test_texts_choices_and_files(sandbox: DiscordSandbox, artist: Person) -> None:
    opened = await artist.run("fill", {"form": "entries"})
    values = {"prompt": "two\nfoxes", "size": ["s", "l"], "style": "ink", "extras": ["tie"]}

    shown = await artist.submit(opened, {**values, "files": [("a.png", b"one"), ("b c.png", b"two")]})

    told = content(sandbox, shown)
    assert told == "['two\\nfoxes', ['s', 'l'], ['a.png:one', 'b_c.png:two'], 'ink', ['tie']]"
    assert opened.message_id is None
    assert sandbox.violations == []


async def test_what_is_not_touched_keeps_its_default(sandbox: DiscordSandbox, artist: Person) -> None:
    opened = await artist.run("fill", {"form": "entries"})

    shown = await artist.submit(opened.modal or {}, {"size": "s"})

    assert content(sandbox, shown) == "['a cat', ['s'], [], 'oil', []]"


async def test_people_roles_and_channels(sandbox: DiscordSandbox, artist: Person) -> None:
    opened = await artist.run("fill", {"form": "entities"})
    values = {"person": artist, "anyone": [sandbox.guild, artist], "place": sandbox.channel, "sure": False}

    shown = await artist.submit(opened, values)

    assert content(sandbox, shown) == "['artist', 'artist', '@everyone', 'general'] False"


async def test_the_older_way_with_a_text_input_of_its_own(sandbox: DiscordSandbox, artist: Person) -> None:
    shown = await artist.submit(await artist.run("fill", {"form": "older"}), {"name": "Ada"})

    assert content(sandbox, shown) == "hello Ada"
    assert shown.ephemeral


async def test_a_modal_of_a_button_knows_its_message(sandbox: DiscordSandbox, artist: Person) -> None:
    message = await artist.run("buttons")
    opened = await artist.click(message.message_id, "Name it")

    shown = await artist.submit(opened, {"name": "Ada"})

    assert shown.message_id == message.message_id
    assert content(sandbox, message) == "named Ada"


async def test_a_deferred_command_opens_none(sandbox: DiscordSandbox, artist: Person) -> None:
    shown = await artist.run("late")
    await sandbox.wait(shown.message_id, lambda m: m["content"] == "refused")

    assert "40060" in sandbox.violations[0]


async def test_closing_it_fires_nothing_and_it_can_be_opened_again(sandbox: DiscordSandbox, artist: Person) -> None:
    await artist.run("fill", {"form": "older"})
    calls = len(sandbox.calls)

    shown = await artist.submit(await artist.run("fill", {"form": "older"}), {})

    assert content(sandbox, shown) == "hello"
    assert len(sandbox.calls) == calls + 2


class TestClient:
    """What the client does not send."""

    @pytest.mark.parametrize(
        ("form", "values", "told"),
        [
            ("entries", {"size": "s", "prompt": ""}, "2 to 20 characters"),
            ("entries", {"size": "s", "prompt": "x" * 21}, "2 to 20 characters"),
            ("entries", {"size": "s", "prompt": 5}, "takes text"),
            ("entries", {}, "takes 1 to 2 values, not 0"),
            ("entries", {"size": ["s", "s"]}, "not all among"),
            ("entries", {"size": ["m"]}, "not all among"),
            ("entries", {"size": "s", "style": []}, "takes 1 to 1 values"),
            ("entries", {"size": "s", "extras": ["hat", "tie", "tie"]}, "takes 0 to 2 values"),
            ("entries", {"size": "s", "files": [("a", b"")] * 4}, "takes 0 to 3 values"),
            ("entries", {"size": "s", "files": "a.png"}, "takes files"),
            ("entries", {"size": "s", "files": ("a", bytes(10 * 1024 * 1024 + 1))}, "larger than"),
            ("entities", {"person": "1"}, "there is no 1 here"),
            ("entities", {"colour": "red"}, "no such fields"),
            ("older", {"name": "a\nb"}, "single line"),
        ],
    )
    async def test_a_form_that_is_not_filled_in_well(self, artist: Person, form: str, values: Any, told: str) -> None:  # noqa: ANN401 - anything
        opened = await artist.run("fill", {"form": form})

        with pytest.raises(DriverError, match=told):
            await artist.submit(opened, values)

    async def test_a_truth_value_is_one(self, sandbox: DiscordSandbox, artist: Person) -> None:
        opened = await artist.run("fill", {"form": "entities"})
        values = {"person": artist, "anyone": artist, "place": sandbox.channel, "sure": "yes"}

        with pytest.raises(DriverError, match="true or false"):
            await artist.submit(opened, values)

    async def test_it_is_sent_once(self, artist: Person) -> None:
        opened = await artist.run("fill", {"form": "older"})
        await artist.submit(opened)

        with pytest.raises(DriverError, match="no open modal"):
            await artist.submit(opened)

    async def test_it_is_for_one_person(self, sandbox: DiscordSandbox, artist: Person) -> None:
        opened = await artist.run("fill", {"form": "older"})

        with pytest.raises(DriverError, match="no open modal"):
            await sandbox.user("stranger").submit(opened)
        with pytest.raises(DriverError, match="no such modal"):
            await artist.submit({})


class TestPayload:
    """What the bot is sent."""

    async def test_the_components_have_the_shapes_of_the_documentation(self, stage: Stage) -> None:
        row = {"type": 1, "components": [{"type": 4, "custom_id": "old", "style": 2, "label": "Old"}]}
        text = {"type": 10, "content": "hint"}
        opened = await stage.run(9, {**MODAL, "components": [text, NAME, row]})
        task = await stage.begin(stage.artist.submit(opened, {"name": "Ada", "old": "x"}))
        await stage.answer(4, {"content": "thanks"})
        shown = await task

        assert stage.interaction["type"] == 5
        assert stage.interaction["data"] == {
            "custom_id": "form",
            "components": [
                {"type": 10, "id": 1},
                {"type": 18, "id": 2, "component": {"type": 4, "id": 3, "custom_id": "name", "value": "Ada"}},
                {"type": 1, "id": 4, "components": [{"type": 4, "id": 5, "custom_id": "old", "value": "x"}]},
            ],
        }
        metadata = stage.sandbox.message(shown.message_id)["interaction_metadata"]
        assert (metadata["type"], metadata["triggering_interaction_metadata"]["type"]) == (5, 2)
        assert "message" not in stage.interaction

    @pytest.mark.parametrize("kind", [9, 6, 7])
    async def test_answers_that_do_not_fit_a_modal_of_a_command(self, stage: Stage, kind: int) -> None:
        opened = await stage.run(9, MODAL)
        task = await stage.begin(stage.artist.submit(opened, {"name": "Ada"}))
        refused = await stage.answer(kind, MODAL if kind == 9 else {"content": "x"})
        await stage.answer(5)
        await task

        assert refused.body["code"] == 50035
        assert "type" in refused.body["errors"]

    async def test_autocomplete_opens_none(self, stage: Stage) -> None:
        task = await stage.begin(stage.artist.autocomplete("draw", "style", "x"))
        refused = await stage.answer(9, MODAL)
        await stage.answer(8, {"choices": []})
        await task

        assert refused.body["code"] == 50035
