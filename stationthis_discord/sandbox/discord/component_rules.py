"""What Discord accepts as components of a message: https://docs.discord.com/developers/components/reference."""

from stationthis_discord.sandbox.discord.component_kinds import (
    BUTTON,
    CONTAINER,
    FILE,
    GALLERY,
    LINK,
    PREMIUM,
    ROW,
    SECTION,
    SELECTS,
    SEPARATOR,
    TEXT,
    THUMBNAIL,
)
from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.refusals import Path, Problems
from stationthis_discord.sandbox.discord.select_rules import Parts

_IN_CONTAINER = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)
_TOP = (*_IN_CONTAINER, CONTAINER)
_ROW_ITEMS = (BUTTON, *SELECTS)
_MEDIA = ("http", "https", "attachment")


def check_components(problems: Problems, path: Path, value: object, *, v2: bool) -> None:
    """Reports everything Discord would refuse; `v2` is whether the message has the flag IS_COMPONENTS_V2."""
    _Checker(problems, v2=v2).check(path, value)


class _Checker:
    def __init__(self, problems: Problems, *, v2: bool) -> None:
        self._problems = problems
        self._parts = Parts(problems)
        self._v2 = v2
        self._count = 0
        self._text = 0
        self._kinds = {
            ROW: self._row,
            BUTTON: self._button,
            SECTION: self._section,
            TEXT: self._text_display,
            THUMBNAIL: self._thumbnail,
            GALLERY: self._gallery,
            FILE: self._file,
            SEPARATOR: self._separator,
            CONTAINER: self._container,
            **dict.fromkeys(SELECTS, self._parts.select),
        }

    def check(self, path: Path, value: object) -> None:
        self._all(path, value, "v2.components" if self._v2 else "rows", _TOP if self._v2 else (ROW,))
        if self._v2 and self._count > most("v2.components"):
            message = f"The total number of components must be {most('v2.components')} or fewer."
            self._problems.add(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
        self._problems.length(path, self._text, "v2.text")

    def _all(self, path: Path, value: object, limit: str, allowed: tuple[int, ...], least: int = 0) -> list[Object]:
        found = self._problems.objects(path, value, limit, least)
        for index, component in enumerate(found):
            self._one((*path, index), component, allowed)
        return found

    def _one(self, path: Path, component: Object, allowed: tuple[int, ...]) -> None:
        kind = component.get("type")
        if isinstance(kind, bool) or kind not in allowed:
            message = f'Value of field "type" must be one of {allowed}.'
            self._problems.add((*path, "type"), "UNION_TYPE_CHOICES", message)
            return
        self._count += 1
        self._parts.number(path, component)
        self._kinds[int(kind)](path, component)

    def _row(self, path: Path, row: Object) -> None:
        path = (*path, "components")
        found = self._all(path, row.get("components"), "buttons", _ROW_ITEMS, least=1)
        if len(found) > 1 and any(item.get("type") in SELECTS for item in found):
            message = "The specified component exceeds the maximum width"
            self._problems.add(path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)

    def _button(self, path: Path, button: Object) -> None:
        style = button.get("style")
        if style not in (1, 2, 3, 4, LINK, PREMIUM):
            self._problems.choices((*path, "style"), (1, 2, 3, 4, LINK, PREMIUM))
        label = self._problems.text((*path, "label"), button.get("label"), "button.label")
        self._parts.emoji((*path, "emoji"), button.get("emoji"))
        if style == PREMIUM:
            self._premium(path, button)
            return
        if not label.strip() and not button.get("emoji"):
            self._problems.required((*path, "label"))
        if style == LINK:
            self._link(path, button)
        else:
            self._parts.custom_id(path, button)
            self._without(path, button, ("url", "sku_id"))

    def _link(self, path: Path, button: Object) -> None:
        self._without(path, button, ("custom_id", "sku_id"))
        if not self._problems.url((*path, "url"), button.get("url"), ("http", "https", "discord"), "button.url"):
            self._problems.required((*path, "url"))

    def _premium(self, path: Path, button: Object) -> None:
        self._without(path, button, ("custom_id", "label", "url", "emoji"))
        if not str(button.get("sku_id", "")).isdecimal():
            self._problems.required((*path, "sku_id"))

    def _without(self, path: Path, button: Object, names: tuple[str, ...]) -> None:
        """A button of this style can't have these."""
        for name in names:
            if button.get(name):
                message = f"A button of this style cannot have {name}"
                code = "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"
                self._problems.add((*path, name), code, message)

    def _text_display(self, path: Path, component: Object) -> None:
        self._text += len(self._problems.text((*path, "content"), component.get("content"), "v2.text", 1))

    def _section(self, path: Path, section: Object) -> None:
        self._all((*path, "components"), section.get("components"), "section.texts", (TEXT,), least=1)
        accessory = self._problems.mapping((*path, "accessory"), section.get("accessory"))
        self._one((*path, "accessory"), accessory, (BUTTON, THUMBNAIL))

    def _thumbnail(self, path: Path, component: Object) -> None:
        self._problems.text((*path, "description"), component.get("description"), "media.description")
        self._media((*path, "media"), component.get("media"), _MEDIA)

    def _gallery(self, path: Path, gallery: Object) -> None:
        path = (*path, "items")
        for index, item in enumerate(self._problems.objects(path, gallery.get("items"), "gallery.items", least=1)):
            self._thumbnail((*path, index), item)

    def _file(self, path: Path, component: Object) -> None:
        self._media((*path, "file"), component.get("file"), ("attachment",))

    def _media(self, path: Path, value: object, schemes: tuple[str, ...]) -> None:
        url = self._problems.mapping(path, value).get("url")
        if not self._problems.url((*path, "url"), url, schemes, "media.url"):
            self._problems.required((*path, "url"))

    def _separator(self, path: Path, component: Object) -> None:
        self._problems.number((*path, "spacing"), component.get("spacing"), 1, 2)

    def _container(self, path: Path, component: Object) -> None:
        self._problems.number((*path, "accent_color"), component.get("accent_color"), 0, most("embed.color"))
        self._all((*path, "components"), component.get("components"), "v2.components", _IN_CONTAINER, least=1)
