"""What Discord accepts as the parts messages and modals share: ids, select menus and lists of options.

https://docs.discord.com/developers/components/reference
"""

from stationthis_discord.sandbox.discord.component_kinds import (
    CHANNEL_SELECT,
    MENTIONABLE_SELECT,
    ROLE_SELECT,
    STRING_SELECT,
    USER_SELECT,
)
from stationthis_discord.sandbox.discord.emoji import is_emoji
from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.refusals import Path, Problems

_DEFAULTS = {
    USER_SELECT: ("user",),
    ROLE_SELECT: ("role",),
    MENTIONABLE_SELECT: ("user", "role"),
    CHANNEL_SELECT: ("channel",),
}


class Parts:
    """Checks the parts of one message or modal; ids have to be unique within it."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self._custom_ids: set[str] = set()
        self._ids: set[int] = set()

    def number(self, path: Path, component: Object) -> None:
        """The optional `id` of any component; 0 counts as absent."""
        number = component.get("id")
        self.problems.number((*path, "id"), number, 0, 2**31 - 1)
        if isinstance(number, int) and number in self._ids:
            message = "Component ids must be unique within a message"
            self.problems.add((*path, "id"), "COMPONENT_ID_DUPLICATED", message)
        if isinstance(number, int) and number:
            self._ids.add(number)

    def custom_id(self, path: Path, component: Object) -> None:
        path = (*path, "custom_id")
        custom_id = self.problems.text(path, component.get("custom_id"), "custom_id", least=1)
        if custom_id in self._custom_ids:
            message = "Component custom id cannot be duplicated"
            self.problems.add(path, "COMPONENT_CUSTOM_ID_DUPLICATED", message)
        if custom_id:
            self._custom_ids.add(custom_id)

    def emoji(self, path: Path, value: object) -> None:
        """A Unicode emoji by its name, or one of a server or app by its id; an empty object is refused as well.

        https://docs.discord.com/developers/components/reference#button, https://github.com/bwmarrin/discordgo/issues/1479
        """
        if value is None:
            return
        emoji = self.problems.mapping(path, value)
        if not emoji.get("id") and not is_emoji(str(emoji.get("name"))):
            self.problems.add((*path, "name"), "COMPONENT_INVALID_EMOJI", "Invalid emoji")

    def select(self, path: Path, select: Object) -> None:
        """A select menu, in a message or in a label."""
        self.custom_id(path, select)
        self.problems.text((*path, "placeholder"), select.get("placeholder"), "select.placeholder")
        self.range(path, select, "select.values")
        if select.get("type") == STRING_SELECT:
            options = self.options((*path, "options"), select.get("options"), "select.options")
            self._enough(path, select, len(options))
            greatest = select.get("max_values")
            self.defaults(path, options, greatest if isinstance(greatest, int) else 1)
        else:
            self._entities(path, select)

    def range(self, path: Path, component: Object, limit: str) -> None:
        """`min_values` and `max_values`."""
        least, greatest = component.get("min_values"), component.get("max_values")
        self.problems.number((*path, "min_values"), least, 0, most(limit))
        self.problems.number((*path, "max_values"), greatest, 1, most(limit))
        if isinstance(least, int) and isinstance(greatest, int) and least > greatest:
            message = "min_values must be less than or equal to max_values"
            self.problems.add((*path, "min_values"), "COMPONENT_MIN_VALUES_TOO_LARGE", message)

    def defaults(self, path: Path, options: list[Object], greatest: int) -> None:
        """No more options may be picked to begin with than may be picked at all."""
        if len([option for option in options if option.get("default")]) > greatest:
            message = f"At most {greatest} options can be selected by default"
            self.problems.add((*path, "options"), "COMPONENT_TOO_MANY_DEFAULTS", message)

    def _enough(self, path: Path, component: Object, count: int) -> None:
        """There have to be as many options as may be picked."""
        wanted = [component.get(name) for name in ("min_values", "max_values")]
        needed = max([number for number in wanted if isinstance(number, int)], default=1)
        if count < needed <= most("select.options"):
            message = f"Must be between {needed} and {most('select.options')} in length."
            self.problems.add((*path, "options"), "BASE_TYPE_BAD_LENGTH", message)

    def options(self, path: Path, value: object, limit: str, least: int = 1) -> list[Object]:
        """The options of a string select, radio group or checkbox group. Returns them."""
        values: set[str] = set()
        options = self.problems.objects(path, value, limit, least)
        for index, option in enumerate(options):
            self._option((*path, index), option, values)
        return options

    def _option(self, path: Path, option: Object, values: set[str]) -> None:
        self.problems.text((*path, "label"), option.get("label"), "option.label", least=1)
        self.problems.text((*path, "description"), option.get("description"), "option.description")
        self.emoji((*path, "emoji"), option.get("emoji"))
        value = self.problems.text((*path, "value"), option.get("value"), "option.value", least=1)
        if value in values:
            message = "The specified option value is already used"
            self.problems.add((*path, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        values.add(value)

    def _entities(self, path: Path, select: Object) -> None:
        """The default values of a select of people, roles or channels: of its kind, and as many as may be picked."""
        allowed = _DEFAULTS[select["type"]]
        at = (*path, "default_values")
        defaults = self.problems.objects(at, select.get("default_values"), "select.defaults")
        for index, default in enumerate(defaults):
            if default.get("type") not in allowed:
                message = f"Value must be one of {allowed}."
                self.problems.add((*at, index, "type"), "BASE_TYPE_CHOICES", message)
            if not str(default.get("id", "")).isdecimal():
                message = f'Value "{default.get("id")}" is not snowflake.'
                self.problems.add((*at, index, "id"), "NUMBER_TYPE_COERCE", message)
        greatest = select.get("max_values")
        if len(defaults) > (greatest if isinstance(greatest, int) else 1):
            message = "The number of default values must be in the range of min_values and max_values"
            self.problems.add(at, "SELECT_COMPONENT_DEFAULT_VALUES_OUT_OF_RANGE", message)
        self.problems.items((*path, "channel_types"), select.get("channel_types"), "select.defaults")
