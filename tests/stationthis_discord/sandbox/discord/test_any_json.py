"""Whatever JSON a bot sends in place of a good part, the rules refuse it as Discord would; nothing falls over."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationthis_discord.sandbox.discord.answer_rules import check_answer
from stationthis_discord.sandbox.discord.command_rules import check_command
from stationthis_discord.sandbox.discord.interaction import Interaction, Kind
from stationthis_discord.sandbox.discord.message_rules import check_message
from stationthis_discord.sandbox.discord.messages import Slot, create, edit
from stationthis_discord.sandbox.discord.refusals import Problems, Refusal
from stationthis_discord.sandbox.discord.world import World
from tests.stationthis_discord.sandbox.discord.conftest import Object

_BUTTON = {"type": 2, "style": 1, "label": "a", "custom_id": "a", "emoji": {"name": "🎨"}}
_LINK = {"type": 2, "style": 5, "label": "a", "url": "https://example.com"}
_MENU = {"type": 3, "custom_id": "m", "options": [{"label": "a", "value": "a", "description": "d"}], "min_values": 1}
_EMBED = {
    "title": "t",
    "color": 1,
    "timestamp": "2026-01-01T00:00:00Z",
    "fields": [{"name": "n", "value": "v", "inline": True}],
    "author": {"name": "a", "url": "https://example.com", "icon_url": "https://example.com"},
    "footer": {"text": "f"},
    "image": {"url": "attachment://a.png"},
    "thumbnail": {"url": "https://example.com"},
}
_MESSAGE: Object = {
    "content": "c",
    "embeds": [_EMBED],
    "flags": 4,
    "nonce": "n",
    "components": [{"type": 1, "components": [_BUTTON, _LINK]}, {"type": 1, "components": [_MENU]}],
    "allowed_mentions": {"parse": ["users"], "roles": ["1"], "replied_user": True},
    "attachments": [],
}
_SECTION = {"type": 9, "components": [{"type": 10, "content": "t"}], "accessory": _BUTTON}
_V2: Object = {
    "flags": 1 << 15,
    "components": [
        {"type": 17, "components": [_SECTION, {"type": 14, "spacing": 1}], "id": 5},
        {"type": 12, "items": [{"media": {"url": "https://a.b"}, "description": "d"}]},
    ],
}
_COMMAND: Object = {
    "name": "n",
    "description": "d",
    "contexts": [0],
    "integration_types": [0, 1],
    "name_localizations": {"de": "n"},
    "default_member_permissions": "8",
    "options": [
        {"type": 3, "name": "a", "description": "d", "choices": [{"name": "n", "value": "v"}], "required": True},
        {"type": 4, "name": "b", "description": "d", "autocomplete": True, "min_length": 1},
    ],
}
_TREE: Object = {
    "name": "n",
    "description": "d",
    "options": [{**_COMMAND, "type": 2, "options": [{**_COMMAND, "type": 1}]}],
}
_CHOICES: Object = {"type": 8, "data": {"choices": [{"name": "n", "value": "v"}]}}
_FIELDS: list[Object] = [
    {"type": 4, "custom_id": "t", "style": 1, "min_length": 1, "max_length": 5, "value": "v", "placeholder": "p"},
    {"type": 5, "custom_id": "u", "default_values": [{"type": "user", "id": "1"}], "min_values": 1},
    {"type": 19, "custom_id": "f", "max_values": 3, "required": True},
    {"type": 22, "custom_id": "c", "options": [{"label": "a", "value": "a", "default": True}]},
]
_MODAL: Object = {
    "type": 9,
    "data": {
        "custom_id": "m",
        "title": "t",
        "components": [{"type": 18, "label": "l", "description": "d", "component": field} for field in _FIELDS],
    },
}

_LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 30),
    st.floats(allow_nan=False),
    st.sampled_from(["", "a", "attachment://a.png", "https://[", "users", "🎨", "\0", "x" * 6001]),
)
_JSON = st.recursive(
    _LEAF,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abcn"), inner, max_size=3)),
    max_leaves=6,
)


def _paths(node: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found = [path] if path else []
    for key, child in children:
        found += _paths(child, (*path, key))
    return found


@st.composite
def spoiled(draw: st.DrawFn, *good: Object) -> Object:
    """One of the good bodies with any one of its parts replaced by anything."""
    body = copy.deepcopy(draw(st.sampled_from(good)))
    path = draw(st.sampled_from(_paths(body)))
    node: Any = body
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = draw(_JSON)
    return body


@contextmanager
def refused_only_with(*codes: int) -> Iterator[None]:
    """Accepts a refusal with one of these codes, and no refusal."""
    try:
        yield
    except Refusal as refusal:
        if refusal.body["code"] not in codes:
            raise


_often = settings(max_examples=150, deadline=None)


@pytest.mark.parametrize("good", [_MESSAGE, _V2])
def test_the_messages_are_good_to_begin_with(good: Object) -> None:
    check_message(good, [])


@pytest.mark.parametrize("good", [_COMMAND, _TREE])
def test_the_commands_are_good_to_begin_with(good: Object) -> None:
    problems = Problems()
    check_command(problems, (), good)
    problems.raise_any()


@_often
@given(spoiled(_MESSAGE, _V2), spoiled(_MESSAGE, _V2))
def test_messages(first: Object, second: Object) -> None:
    world = World(lambda: 1_800_000_000.0, 3.0)
    channel = world.add_channel(world.add_guild("Studio"), "general")
    message = create(world, Slot(channel, world.bot), {"content": "x"}, [])
    for body in (first, second):
        with refused_only_with(50035, 50006):
            check_message(body, [], flags=message.flags)
            edit(world, message, body, [])
            create(world, Slot(channel, world.bot), body, [])


@_often
@given(spoiled(_COMMAND, _TREE))
def test_commands(body: Object) -> None:
    check_command(Problems(), (), body)


@_often
@given(st.sampled_from(Kind), spoiled(_CHOICES, _MODAL, {"type": 4, "data": _MESSAGE}))
def test_answers(kind: Kind, body: Object) -> None:
    world = World(lambda: 1_800_000_000.0, 3.0)
    channel = world.add_channel(world.add_guild("Studio"), "general")
    interaction = Interaction("1", "token", kind, world.owner, channel, 0.0)
    with refused_only_with(50035):
        check_answer(interaction, body, [])
