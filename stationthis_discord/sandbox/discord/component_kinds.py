"""The types of components, walking through them, and how Discord returns them.

https://docs.discord.com/developers/components/reference#component-object-component-types
"""

import copy
from typing import Final

from stationthis_discord.sandbox.discord.payload import Object

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
LABEL, UPLOAD, RADIOS, CHECKBOXES, CHECKBOX = 18, 19, 21, 22, 23

SELECTS: Final = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)
LINK, PREMIUM = 5, 6
"""Styles of buttons that make no interaction."""

_ATTACHED = "attachment://"
_DEFAULTS: Final[dict[int, Object]] = {
    **{kind: {"min_values": 1, "max_values": 1} for kind in SELECTS},
    THUMBNAIL: {"description": None, "spoiler": False},
    FILE: {"size": None, "spoiler": False},
    SEPARATOR: {"spacing": 1, "divider": True},
    CONTAINER: {"accent_color": None, "spoiler": False},
}


def walk(components: list[Object]) -> list[Object]:
    """All components of a message or modal, parents before children."""
    found: list[Object] = []
    for component in components:
        found.append(component)
        found += walk(component.get("components") or [])
        found += walk([component[name] for name in ("component", "accessory") if component.get(name)])
    return found


def component_json(components: list[Object], files: dict[str, Object] | None = None) -> list[Object]:
    """Accepted components as Discord returns them: numbered, with defaults, without nulls.

    Args:
        components: as the bot sent them.
        files: media by file name, for `attachment://`.
    """
    shown = copy.deepcopy(components)
    everything = walk(shown)
    taken = {component.get("id") for component in everything if component.get("id")}
    free = (number for number in range(1, len(everything) + len(taken) + 1) if number not in taken)
    for component in everything:
        _fill(component, _DEFAULTS.get(component["type"], {}))
        if not component.get("id"):
            component["id"] = next(free)
        if component.get("disabled") is False:
            del component["disabled"]
        for holder in (component, *(component.get("options") or [])):
            _fill(holder.get("emoji") or {}, {})
        if component["type"] == FILE:
            component["name"] = str(component["file"]["url"]).removeprefix(_ATTACHED)
        _show_media(component, files or {})
        for item in component.get("items") or []:
            _fill(item, _DEFAULTS[THUMBNAIL])
            _show_media(item, files or {})
    return shown


def _fill(component: Object, defaults: Object) -> None:
    """Puts the default in place of what is null or absent."""
    for name in [name for name, value in component.items() if value is None]:
        del component[name]
    for name, value in defaults.items():
        component.setdefault(name, value)


def _show_media(holder: Object, files: dict[str, Object]) -> None:
    """Puts the media in place of its address."""
    for name in ("media", "file"):
        if isinstance(holder.get(name), dict):
            url = str(holder[name].get("url"))
            outside = {"id": "0", "url": url, "proxy_url": url}
            holder[name] = files.get(url.removeprefix(_ATTACHED)) or outside
