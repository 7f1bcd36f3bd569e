"""Bodies that are exactly as large as asked for, by the name of the limit they try."""

from collections.abc import Callable

from stationthis_discord.sandbox.discord.limits import LIMITS
from tests.stationthis_discord.sandbox.discord.conftest import Object

V2 = 1 << 15


def row(**button: object) -> Object:
    return {"components": [{"type": 1, "components": [{"type": 2, "style": 1, **button}]}]}


def select(**fields: object) -> Object:
    options = [{"label": "a", "value": "a"}]
    menu = {"type": 3, "custom_id": "s", "options": options, **fields}
    return {"components": [{"type": 1, "components": [menu]}]}


def choice(**fields: object) -> Object:
    return select(options=[{"label": "a", "value": "a", **fields}])


def embed(**fields: object) -> Object:
    return {"embeds": [{"title": "t", **fields}]}


def people(count: int) -> Object:
    """A select of people with so many of them picked to begin with."""
    picked = [{"type": "user", "id": str(number)} for number in range(count)]
    menu = {"type": 5, "custom_id": "s", "max_values": 25, "default_values": picked}
    return {"components": [{"type": 1, "components": [menu]}]}


def layout(*components: Object) -> Object:
    return {"flags": V2, "components": list(components)}


def gallery(count: int = 1, **fields: object) -> Object:
    item = {"media": {"url": "https://example.com/a.png"}, **fields}
    return layout({"type": 12, "items": [item] * count})


def texts(count: int) -> list[Object]:
    return [{"type": 10, "content": "x"} for _ in range(count)]


MESSAGES: dict[str, Callable[[int], Object]] = {
    "content": lambda n: {"content": "🎨" * n},
    "nonce": lambda n: {"content": "x", "nonce": "x" * n},
    "nonce.number": lambda n: {"content": "x", "nonce": n},
    "embeds": lambda n: {"embeds": [{"title": "t"}] * n},
    "embed.title": lambda n: embed(title="x" * n),
    "embed.description": lambda n: embed(description="x" * n),
    "embed.fields": lambda n: embed(fields=[{"name": "n", "value": "v"}] * n),
    "embed.field.name": lambda n: embed(fields=[{"name": "x" * n, "value": "v"}]),
    "embed.field.value": lambda n: embed(fields=[{"name": "n", "value": "x" * n}]),
    "embed.footer": lambda n: embed(footer={"text": "x" * n}),
    "embed.author": lambda n: embed(author={"name": "x" * n}),
    "embed.total": lambda n: {"embeds": [{"description": "x" * 4096}, {"description": "x" * (n - 4096)}]},
    "embed.url": lambda n: embed(url="https://example.com/".ljust(n, "x")),
    "embed.color": lambda n: embed(color=n),
    "mentions": lambda n: {"content": "x", "allowed_mentions": {"users": ["1"] * n}},
    "rows": lambda n: {"components": [row(label="a", custom_id=str(i))["components"][0] for i in range(n)]},
    "buttons": lambda n: {
        "components": [
            {"type": 1, "components": [{"type": 2, "style": 1, "label": "a", "custom_id": str(i)} for i in range(n)]}
        ]
    },
    "custom_id": lambda n: row(label="a", custom_id="x" * n),
    "button.label": lambda n: row(label="x" * n, custom_id="a"),
    "button.url": lambda n: row(label="a", style=5, url="https://example.com/".ljust(n, "x")),
    "select.placeholder": lambda n: select(placeholder="x" * n),
    "select.options": lambda n: select(options=[{"label": "a", "value": str(i)} for i in range(n)]),
    "select.values": lambda n: select(
        max_values=n, options=[{"label": "a", "value": str(i)} for i in range(LIMITS["select.options"].value)]
    ),
    "select.defaults": people,
    "option.label": lambda n: choice(label="x" * n),
    "option.value": lambda n: choice(value="x" * n),
    "option.description": lambda n: choice(description="x" * n),
    "v2.components": lambda n: {"flags": V2, "components": texts(n)},
    "section.texts": lambda n: layout(
        {"type": 9, "components": texts(n), "accessory": {"type": 2, "style": 1, "label": "a", "custom_id": "a"}}
    ),
    "gallery.items": gallery,
    "media.description": lambda n: gallery(description="x" * n),
    "media.url": lambda n: gallery(media={"url": "https://example.com/".ljust(n, "x")}),
    "v2.text": lambda n: {"flags": V2, "components": [{"type": 10, "content": "x" * (n - 1)}, *texts(1)]},
}

FILES: dict[str, Callable[[int], tuple[Object, int]]] = {
    "files": lambda n: ({}, n),
    "attachment.filename": lambda n: ({"attachments": [{"id": 0, "filename": "x" * n}]}, 1),
    "attachment.description": lambda n: ({"attachments": [{"id": 0, "description": "x" * n}]}, 1),
}


def command(**fields: object) -> list[Object]:
    return [{"name": "a", "description": "d", **fields}]


def option(**fields: object) -> list[Object]:
    return command(options=[{"type": 3, "name": "o", "description": "d", **fields}])


def filled(size: int) -> list[Object]:
    """A command of exactly this many characters that count."""
    size -= len("ad") + 2 * len("od")
    pairs = [(min(200, size - start), start // 200) for start in range(0, size, 200)]
    choices = [{"name": str(n).ljust(part // 2, "x"), "value": "y" * (part - part // 2)} for part, n in pairs]
    options = [
        {"type": 3, "name": name, "description": "d", "choices": choices[start : start + 25]}
        for name, start in (("o", 0), ("p", 25))
    ]
    return command(options=options)


COMMANDS: dict[str, Callable[[int], list[Object]]] = {
    "commands.chat": lambda n: [command(name=f"c{i}")[0] for i in range(n)],
    "commands.menu": lambda n: [{"type": 3, "name": f"Menu {i}"} for i in range(n)],
    "command.name": lambda n: command(name="x" * n),
    "command.description": lambda n: command(description="x" * n),
    "command.options": lambda n: command(
        options=[{"type": 3, "name": f"o{i}", "description": "d"} for i in range(n)],
    ),
    "command.choices": lambda n: option(choices=[{"name": str(i), "value": str(i)} for i in range(n)]),
    "command.text": lambda n: option(max_length=n),
    "command.total": filled,
    "command.integer": lambda n: option(type=4, max_value=n),
    "choice.name": lambda n: option(choices=[{"name": "x" * n, "value": "v"}]),
    "choice.value": lambda n: option(choices=[{"name": "n", "value": "x" * n}]),
}


def field(kind: int = 4, label: Object | None = None, **fields: object) -> Object:
    """A modal with one field of this type."""
    inner = {"type": kind, "custom_id": "f", **({"style": 1} if kind == 4 else {}), **fields}
    return modal(components=[{"type": 18, "label": "l", "component": inner, **(label or {})}])


def modal(**fields: object) -> Object:
    return {"custom_id": "m", "title": "t", "components": texts(1), **fields}


def options(count: int) -> list[Object]:
    return [{"label": "a", "value": str(number)} for number in range(count)]


ANSWERS: dict[str, tuple[int, Callable[[int], Object]]] = {
    "autocomplete.choices": (8, lambda n: {"choices": [{"name": str(i), "value": str(i)} for i in range(n)]}),
    "modal.title": (9, lambda n: modal(title="x" * n)),
    "modal.components": (9, lambda n: modal(components=texts(n))),
    "label.label": (9, lambda n: field(label={"label": "x" * n})),
    "label.description": (9, lambda n: field(label={"description": "x" * n})),
    "text.label": (
        9,
        lambda n: modal(
            components=[
                {"type": 1, "components": [{"type": 4, "custom_id": "f", "style": 1, "label": "x" * n}]},
            ]
        ),
    ),
    "text.placeholder": (9, lambda n: field(placeholder="x" * n)),
    "text.value": (9, lambda n: field(value="x" * n)),
    "text.length": (9, lambda n: field(max_length=n)),
    "upload.values": (9, lambda n: field(19, max_values=n)),
    "radio.options": (9, lambda n: field(21, options=options(n))),
    "checkbox.options": (9, lambda n: field(22, options=options(n))),
    "checkbox.values": (9, lambda n: field(22, options=options(10), max_values=n)),
}
