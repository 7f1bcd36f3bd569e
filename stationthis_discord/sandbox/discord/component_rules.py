"""What Discord accepts as components of a message, and how it returns them.

https://discord.com/developers/docs/components/reference
"""

import copy

from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.refusals import Path, Problems

ROW, BUTTON, STRING_SELECT = 1, 2, 3
SELECTS = (STRING_SELECT, 5, 6, 7, 8)
SECTION, TEXT = 9, 10
_LAYOUT = (ROW, SECTION, TEXT, 12, 13, 14, 17)
LINK, PREMIUM = 5, 6


def check_components(problems: Problems, path: Path, value: object, *, v2: bool) -> None:
    """Reports everything Discord would refuse; `v2` is whether the message has the flag IS_COMPONENTS_V2."""
    _Checker(problems, v2=v2).check(path, value)


class _Checker:
    def __init__(self, problems: Problems, *, v2: bool) -> None:
        self._problems = problems
        self._v2 = v2
        self._custom_ids: set[str] = set()
        self._count = 0
        self._text = 0

    def check(self, path: Path, value: object) -> None:
        limit = "v2.components" if self._v2 else "rows"
        for index, component in enumerate(self._problems.objects(path, value, limit)):
            self._top((*path, index), component)
        if self._v2 and self._count > most("v2.components"):
            message = f"The total number of components must be {most('v2.components')} or fewer."
            self._problems.add(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
        self._problems.length(path, self._text, "v2.text")

    def _top(self, path: Path, component: Object) -> None:
        allowed = _LAYOUT if self._v2 else (ROW,)
        if component.get("type") not in allowed:
            message = f'Value of field "type" must be one of {allowed}.'
            self._problems.add((*path, "type"), "UNION_TYPE_CHOICES", message)
            return
        self._any(path, component)

    def _any(self, path: Path, component: Object) -> None:
        self._count += 1
        kind = component.get("type")
        if kind == ROW:
            self._row(path, component)
        elif kind == BUTTON:
            self._button(path, component)
        elif kind in SELECTS:
            self._select(path, component)
        elif kind == TEXT:
            self._text += len(self._problems.text((*path, "content"), component.get("content"), "v2.text", 1))
        else:
            self._nested(path, component)

    def _nested(self, path: Path, component: Object) -> None:
        inner = (*path, "components")
        for index, item in enumerate(self._problems.objects(inner, component.get("components"), "v2.components")):
            self._any((*inner, index), item)
        accessory = self._problems.mapping((*path, "accessory"), component.get("accessory"))
        if accessory:
            self._any((*path, "accessory"), accessory)

    def _row(self, path: Path, row: Object) -> None:
        path = (*path, "components")
        found = self._problems.objects(path, row.get("components"), "buttons", least=1)
        if len(found) > 1 and any(item.get("type") in SELECTS for item in found):
            message = "The specified component exceeds the maximum width"
            self._problems.add(path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)
        for index, item in enumerate(found):
            if item.get("type") in (BUTTON, *SELECTS):
                self._any((*path, index), item)
            else:
                message = f'Value of field "type" must be one of {(BUTTON, *SELECTS)}.'
                self._problems.add((*path, index, "type"), "UNION_TYPE_CHOICES", message)

    def _custom_id(self, path: Path, component: Object) -> None:
        path = (*path, "custom_id")
        custom_id = self._problems.text(path, component.get("custom_id"), "custom_id", least=1)
        if custom_id in self._custom_ids:
            message = "Component custom id cannot be duplicated"
            self._problems.add(path, "COMPONENT_CUSTOM_ID_DUPLICATED", message)
        if custom_id:
            self._custom_ids.add(custom_id)

    def _button(self, path: Path, button: Object) -> None:
        style = button.get("style")
        if style not in (1, 2, 3, 4, LINK, PREMIUM):
            self._problems.choices((*path, "style"), (1, 2, 3, 4, LINK, PREMIUM))
        self._problems.text((*path, "label"), button.get("label"), "button.label")
        self._emoji((*path, "emoji"), button.get("emoji"))
        if style == PREMIUM:
            return
        if not button.get("label") and not button.get("emoji"):
            self._problems.required((*path, "label"))
        if style != LINK:
            self._custom_id(path, button)
            if button.get("url"):
                message = "A custom id and url cannot both be specified"
                self._problems.add(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
        elif not self._problems.url((*path, "url"), button.get("url"), ("http", "https", "discord"), "button.url"):
            self._problems.required((*path, "url"))

    def _emoji(self, path: Path, value: object) -> None:
        emoji = self._problems.mapping(path, value)
        if emoji and not emoji.get("id") and str(emoji.get("name")).isascii():
            self._problems.add((*path, "name"), "COMPONENT_INVALID_EMOJI", "Invalid emoji")

    def _select(self, path: Path, select: Object) -> None:
        self._custom_id(path, select)
        self._problems.text((*path, "placeholder"), select.get("placeholder"), "select.placeholder")
        self._problems.number((*path, "min_values"), select.get("min_values"), 0, most("select.values"))
        self._problems.number((*path, "max_values"), select.get("max_values"), 1, most("select.values"))
        if select.get("type") != STRING_SELECT:
            return
        path = (*path, "options")
        values: set[str] = set()
        for index, option in enumerate(self._problems.objects(path, select.get("options"), "select.options", 1)):
            self._option((*path, index), option, values)

    def _option(self, path: Path, option: Object, values: set[str]) -> None:
        self._problems.text((*path, "label"), option.get("label"), "option.label", least=1)
        self._problems.text((*path, "description"), option.get("description"), "option.description")
        self._emoji((*path, "emoji"), option.get("emoji"))
        value = self._problems.text((*path, "value"), option.get("value"), "option.value", least=1)
        if value in values:
            message = "The specified option value is already used"
            self._problems.add((*path, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        values.add(value)


def component_json(components: list[Object]) -> list[Object]:
    """Accepted components as Discord returns them: numbered, with defaults, without nulls."""
    shown = copy.deepcopy(components)
    for number, component in enumerate(walk(shown), start=1):
        for name in [name for name, value in component.items() if value is None]:
            del component[name]
        component.setdefault("id", number)
        if component.get("type") in SELECTS:
            component.setdefault("min_values", 1)
            component.setdefault("max_values", 1)
        if component.get("disabled") is False:
            del component["disabled"]
    return shown


def walk(components: list[Object]) -> list[Object]:
    """All components of a message, parents before children."""
    found: list[Object] = []
    for component in components:
        found.append(component)
        found += walk(component.get("components") or [])
        if component.get("accessory"):
            found += walk([component["accessory"]])
    return found
