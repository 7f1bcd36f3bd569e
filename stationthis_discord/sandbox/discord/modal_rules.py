"""What Discord accepts as a modal.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-modal
"""

from stationthis_discord.sandbox.discord.component_kinds import (
    CHECKBOX,
    CHECKBOXES,
    LABEL,
    RADIOS,
    ROW,
    SELECTS,
    TEXT,
    TEXT_INPUT,
    UPLOAD,
)
from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.refusals import Path, Problems
from stationthis_discord.sandbox.discord.select_rules import Parts

_TOP = (ROW, LABEL, TEXT)
_FIELDS = (TEXT_INPUT, *SELECTS, UPLOAD, RADIOS, CHECKBOXES, CHECKBOX)


def check_modal(problems: Problems, path: Path, modal: Object) -> None:
    """Reports everything Discord would refuse in a modal."""
    problems.text((*path, "custom_id"), modal.get("custom_id"), "custom_id", least=1)
    problems.text((*path, "title"), modal.get("title"), "modal.title", least=1)
    _Checker(problems).check((*path, "components"), modal.get("components"))


class _Checker:
    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._parts = Parts(problems)
        self._kinds = {
            ROW: self._row,
            LABEL: self._label,
            TEXT: self._text_display,
            TEXT_INPUT: self._text_input,
            UPLOAD: self._upload,
            RADIOS: self._radios,
            CHECKBOXES: self._checkboxes,
            CHECKBOX: self._parts.custom_id,
            **dict.fromkeys(SELECTS, self._select),
        }

    def check(self, path: Path, value: object) -> None:
        for index, component in enumerate(self._problems.objects(path, value, "modal.components", least=1)):
            self._one((*path, index), component, _TOP)

    def _one(self, path: Path, component: Object, allowed: tuple[int, ...]) -> None:
        kind = component.get("type")
        if isinstance(kind, bool) or kind not in allowed:
            message = f'Value of field "type" must be one of {allowed}.'
            self._problems.add((*path, "type"), "UNION_TYPE_CHOICES", message)
            return
        self._parts.number(path, component)
        self._kinds[int(kind)](path, component)

    def _row(self, path: Path, row: Object) -> None:
        """The older way: one text input with its own label."""
        path = (*path, "components")
        found = self._problems.objects(path, row.get("components"), "buttons", least=1)
        if len(found) > 1:
            message = "The specified component exceeds the maximum width"
            self._problems.add(path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)
        for index, item in enumerate(found):
            self._one((*path, index), item, (TEXT_INPUT,))
            self._problems.text((*path, index, "label"), item.get("label"), "text.label", least=1)

    def _label(self, path: Path, label: Object) -> None:
        self._problems.text((*path, "label"), label.get("label"), "label.label", least=1)
        self._problems.text((*path, "description"), label.get("description"), "label.description")
        self._one((*path, "component"), self._problems.mapping((*path, "component"), label.get("component")), _FIELDS)

    def _text_display(self, path: Path, component: Object) -> None:
        self._problems.text((*path, "content"), component.get("content"), "v2.text", least=1)

    def _text_input(self, path: Path, field: Object) -> None:
        self._parts.custom_id(path, field)
        if field.get("style") not in (1, 2):
            self._problems.choices((*path, "style"), (1, 2))
        least, greatest = field.get("min_length"), field.get("max_length")
        self._problems.number((*path, "min_length"), least, 0, most("text.length"))
        self._problems.number((*path, "max_length"), greatest, 1, most("text.length"))
        if isinstance(least, int) and isinstance(greatest, int) and least > greatest:
            message = "min_length must be less than or equal to max_length"
            self._problems.add((*path, "min_length"), "TEXT_INPUT_MIN_LENGTH_TOO_LARGE", message)
        self._problems.text((*path, "placeholder"), field.get("placeholder"), "text.placeholder")
        value = self._problems.text((*path, "value"), field.get("value"), "text.value")
        if isinstance(greatest, int) and len(value) > greatest:
            message = f"Must be {greatest} or fewer in length."
            self._problems.add((*path, "value"), "BASE_TYPE_MAX_LENGTH", message)

    def _select(self, path: Path, select: Object) -> None:
        self._parts.select(path, select)
        self._required_range(path, select)
        if select.get("disabled"):
            self._problems.add((*path, "disabled"), "MODAL_DISABLED_COMPONENT", "Disabled components are not allowed")

    def _upload(self, path: Path, field: Object) -> None:
        self._parts.custom_id(path, field)
        self._parts.range(path, field, "upload.values")
        self._required_range(path, field)

    def _radios(self, path: Path, field: Object) -> None:
        self._parts.custom_id(path, field)
        options = self._parts.options((*path, "options"), field.get("options"), "radio.options", least=2)
        self._parts.defaults(path, options, 1)

    def _checkboxes(self, path: Path, field: Object) -> None:
        self._parts.custom_id(path, field)
        self._parts.range(path, field, "checkbox.values")
        self._required_range(path, field)
        options = self._parts.options((*path, "options"), field.get("options"), "checkbox.options")
        greatest = field.get("max_values")
        self._parts.defaults(path, options, greatest if isinstance(greatest, int) else len(options))

    def _required_range(self, path: Path, field: Object) -> None:
        """`min_values` is absent or at least 1 where an answer is required, which is the default."""
        if field.get("required") is not False and field.get("min_values") == 0:
            message = "min_values must be at least 1 if required is true"
            self._problems.add((*path, "min_values"), "COMPONENT_REQUIRED_MIN_VALUES", message)
