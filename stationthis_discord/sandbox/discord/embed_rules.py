"""What Discord accepts as embeds, and how it returns them.

https://docs.discord.com/developers/resources/message#embed-object
"""

from datetime import datetime

from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.refusals import Path, Problems

_WEB = ("http", "https")
_MEDIA = ("http", "https", "attachment")
_SHOWN = ("fields", "author", "footer", "image", "thumbnail", "timestamp")
"""What an embed may consist of besides its title and description; colour and address alone show nothing.

That Discord refuses an empty one is known (https://github.com/discord/discord-api-docs/issues/1765); this list is not.
A zero-width space is something to show: https://github.com/matthew1232/discord-webhook-node/issues/34.
"""


def check_embeds(problems: Problems, path: Path, value: object) -> None:
    """Reports everything Discord would refuse in a message's embeds."""
    total = 0
    for index, embed in enumerate(problems.objects(path, value, "embeds")):
        total += _check_embed(problems, (*path, index), embed)
    if total > most("embed.total"):
        message = f"Embed size exceeds maximum size of {most('embed.total')}"
        problems.add(path, "MAX_EMBED_SIZE_EXCEEDED", message)


def _check_embed(problems: Problems, path: Path, embed: Object) -> int:
    """Returns the characters that count towards the total."""
    title = problems.trimmed((*path, "title"), embed.get("title"), "embed.title")
    description = problems.trimmed((*path, "description"), embed.get("description"), "embed.description")
    problems.url((*path, "url"), embed.get("url"), _WEB)
    problems.number((*path, "color"), embed.get("color"), 0, most("embed.color"))
    _check_time(problems, (*path, "timestamp"), embed.get("timestamp"))
    for name in ("image", "thumbnail"):
        picture = problems.mapping((*path, name), embed.get(name))
        problems.url((*path, name, "url"), picture.get("url"), _MEDIA)
    fields = _check_fields(problems, (*path, "fields"), embed.get("fields"))
    if not (title or description or any(embed.get(part) for part in _SHOWN)):
        problems.required((*path, "description"))
    return len(title) + len(description) + fields + _check_signed(problems, path, embed)


def _check_signed(problems: Problems, path: Path, embed: Object) -> int:
    """The author above and the footer below."""
    total = 0
    for part, name, limit in (("author", "name", "embed.author"), ("footer", "text", "embed.footer")):
        if embed.get(part) is None:
            continue
        found = problems.mapping((*path, part), embed[part])
        total += len(problems.trimmed((*path, part, name), found.get(name), limit, least=1))
        problems.url((*path, part, "icon_url"), found.get("icon_url"), _MEDIA)
        problems.url((*path, part, "url"), found.get("url"), _WEB)
    return total


def _check_fields(problems: Problems, path: Path, value: object) -> int:
    total = 0
    for index, found in enumerate(problems.objects(path, value, "embed.fields")):
        for name in ("name", "value"):
            total += len(problems.trimmed((*path, index, name), found.get(name), f"embed.field.{name}", least=1))
    return total


def _check_time(problems: Problems, path: Path, value: object) -> None:
    if value is None:
        return
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        problems.add(path, "DATE_TIME_TYPE_PARSE", f'Could not parse "{value}". Should be ISO8601.')


def embed_json(embed: Object, files: dict[str, str]) -> Object:
    """An accepted embed as Discord returns it.

    Args:
        embed: as the bot sent it.
        files: addresses by name, for `attachment://`; a name that is not there loses its picture.
    """
    shown: Object = {"type": "rich"}
    for name in ("url", "title", "description", "color", "timestamp"):
        value = _trimmed(embed.get(name))
        if value or value == 0:
            shown[name] = value
    if embed.get("fields"):
        shown["fields"] = [
            {"name": _trimmed(field["name"]), "value": _trimmed(field["value"]), "inline": bool(field.get("inline"))}
            for field in embed["fields"]
        ]
    for part in ("author", "footer"):
        if embed.get(part):
            shown[part] = _signed_json(embed[part], files)
    for part in ("image", "thumbnail"):
        picture = _media((embed.get(part) or {}).get("url"), files, "url", "proxy_url")
        if picture:
            shown[part] = picture
    return shown


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def shows(embed: Object) -> bool:
    """Whether there is anything to see in an embed as Discord returns it."""
    return any(name in embed for name in ("title", "description", *_SHOWN))


def _signed_json(part: Object, files: dict[str, str]) -> Object:
    texts = {name: _trimmed(part[name]) for name in ("name", "text", "url") if part.get(name)}
    return texts | _media(part.get("icon_url"), files, "icon_url", "proxy_icon_url")


def _media(url: object, files: dict[str, str], *names: str) -> Object:
    link = url if isinstance(url, str) else ""
    if link.startswith("attachment://"):
        link = files.get(link.removeprefix("attachment://"), "")
    return dict.fromkeys(names, link) if link else {}


def attachments_used(embeds: list[Object]) -> set[str]:
    """The file names the embeds show through `attachment://`."""
    links: list[str] = []
    for embed in embeds:
        links += [str((embed.get(part) or {}).get("url")) for part in ("image", "thumbnail")]
        links += [str((embed.get(part) or {}).get("icon_url")) for part in ("author", "footer")]
    return {link.removeprefix("attachment://") for link in links if link.startswith("attachment://")}
