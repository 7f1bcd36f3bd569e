"""Forms as people have them before them: what Discord would refuse of a screen, and a client that fills it in."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

import discord

from cogs.ui.buttons import is_ours
from cogs.ui.fields import HEAD, hash_of
from cogs.ui.form_view import Screen
from cogs.ui.modals import answers_of
from core.comfydeploy.fit import Fitted, fit
from core.comfydeploy.inputs import Input, parse_inputs
from core.comfydeploy.values import Value
from core.errors import InputsInvalid, Problem
from core.forms.form import Form
from stationthis_discord.sandbox.discord import form as client
from stationthis_discord.sandbox.discord.component_kinds import component_json
from stationthis_discord.sandbox.discord.message_rules import check_message
from stationthis_discord.sandbox.discord.modal_rules import check_modal
from stationthis_discord.sandbox.discord.refusals import Problems
from stationthis_discord.sandbox.discord.resolving import Resolver
from tests.cogs.ui.screens import check_embed, deployment
from tests.core.comfydeploy.graphs import graph

DRAFT: Final = "00112233445566ff"
LETTERS: Final = "vkcu"

Json = dict[str, Any]


def form_of(
    inputs: Iterable[Input], values: Mapping[str, Value] | None = None, *problems: Problem, **more: object
) -> Form:
    """A form with these values, and with the problems that they have, beside others that are named."""
    declared, given = tuple(inputs), dict(values or {})
    found, adjusted = list(problems), more.pop("adjusted", ())
    try:
        adjusted = adjusted or fitted(declared, given).adjusted
    except InputsInvalid as invalid:
        found += invalid.problems
    return Form(DRAFT, deployment(1, declared), given, tuple(found), adjusted, **more)  # type: ignore[arg-type]  # the tests say what they mean


def declared(*nodes: Json) -> tuple[Input, ...]:
    return parse_inputs(graph(*nodes))


def fitted(inputs: Iterable[Input], values: Mapping[str, Value]) -> Fitted:
    return fit(inputs, values, lambda low, _: low)


def check_screen(screen: Screen) -> None:
    """What the sandbox's Discord would refuse of a message, and what holds for all of ours."""
    check_embed(screen["embed"])
    rows = screen["view"].to_components()
    check_message({"embeds": [screen["embed"].to_dict()], "components": rows}, [])
    assert all(is_ours(part["custom_id"]) for part in parts(screen))
    json.dumps(rows, ensure_ascii=False).encode()


def parts(screen: Screen) -> list[Json]:
    """Its buttons and menus."""
    return [part for row in screen["view"].to_components() for part in row["components"]]


def ids(screen: Screen) -> list[str]:
    """What its buttons and menus are, without the draft."""
    return [part["custom_id"].replace(DRAFT, "").strip("-") for part in parts(screen)]


def button(screen: Screen, verb: str) -> Json:
    return next(part for part in parts(screen) if part["custom_id"].startswith(f"st:{verb}:"))


def menu(screen: Screen) -> Json:
    return next(part for part in parts(screen) if part["type"] == 3)


def said(screen: Screen) -> str:
    return screen["embed"].description or ""


def check_form(modal: discord.ui.Modal) -> Json:
    """What the sandbox's Discord would refuse of a modal; the modal as it shows it."""
    payload, problems = modal.to_dict(), Problems()
    check_modal(problems, (), payload)
    assert problems.tree == {}
    assert is_ours(payload["custom_id"])
    json.dumps(payload, ensure_ascii=False).encode()
    assert all(label["label"].strip() and "\n" not in label["label"] for label in payload["components"])
    return {**payload, "components": component_json(payload["components"])}


def labels(modal: discord.ui.Modal) -> list[Json]:
    """What stands above each field, and the field as `component`."""
    return list(check_form(modal)["components"])


def field_of(modal: discord.ui.Modal, key: str, *, upload: bool = False) -> Json:
    """The field for an input: what is written or picked, or else the upload."""
    wanted = hash_of(key)
    letters = "u" if upload else LETTERS.replace("u", "")
    found = (label["component"] for label in labels(modal))
    return next(field for field in found if field["custom_id"][:HEAD] in {letter + wanted for letter in letters})


def label_of(modal: discord.ui.Modal, key: str) -> Json:
    """The first label for an input."""
    return next(label for label in labels(modal) if label["component"]["custom_id"][1:HEAD] == hash_of(key))


class Attaching:
    """Takes the place of what the sandbox resolves picked files with."""

    def __init__(self) -> None:
        self.data: Json = {}

    def file(self, file: tuple[str, bytes]) -> str:
        name, data = file
        attached = self.data.setdefault("attachments", {})
        number = str(len(attached) + 1)
        attached[number] = {"id": number, "filename": name, "size": len(data), "url": f"https://cdn.example/{name}"}
        return number


def sent(modal: discord.ui.Modal, filled: Mapping[str, object] | None = None) -> Json:
    """The data of the interaction when a person fills in these fields, by custom_id, and sends the modal."""
    resolver = cast("Resolver", Attaching())
    return client.Form(check_form(modal), filled or {}, resolver).data()


def answered(
    modal: discord.ui.Modal, inputs: Iterable[Input], filled: Mapping[str, object] | None = None
) -> dict[str, Value | None]:
    return answers_of(sent(modal, filled), inputs)
