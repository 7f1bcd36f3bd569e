"""What Discord answers when it refuses: status, JSON code, message and nested field errors.

The codes are those of https://docs.discord.com/developers/topics/opcodes-and-status-codes#json, the shape of the
field errors that of https://docs.discord.com/developers/reference#error-messages.
"""

from typing import TypeAlias
from urllib.parse import urlsplit

from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.payload import Object

Path: TypeAlias = tuple[str | int, ...]


class Refusal(Exception):
    """A request Discord answers with an error.

    Attributes:
        status: the HTTP status.
        body: the JSON body: `message`, `code` and, for 50035, `errors`.
        violation: whether a well-behaved bot would never have sent this request.
    """

    def __init__(self, status: int, code: int, message: str, *, violation: bool = False) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.body: Object = {"message": message, "code": code}
        self.violation = violation


def unauthorized() -> Refusal:
    return Refusal(401, 0, "401: Unauthorized", violation=True)


def unknown_route() -> Refusal:
    return Refusal(404, 0, "404: Not Found", violation=True)


def unknown_channel() -> Refusal:
    return Refusal(404, 10003, "Unknown Channel")


def unknown_guild() -> Refusal:
    return Refusal(404, 10004, "Unknown Guild")


def unknown_member() -> Refusal:
    return Refusal(404, 10007, "Unknown Member")


def unknown_message() -> Refusal:
    return Refusal(404, 10008, "Unknown Message")


def unknown_user() -> Refusal:
    return Refusal(404, 10013, "Unknown User")


def unknown_emoji() -> Refusal:
    return Refusal(400, 10014, "Unknown Emoji", violation=True)


def unknown_webhook(*, violation: bool) -> Refusal:
    return Refusal(404, 10015, "Unknown Webhook", violation=violation)


def unknown_interaction() -> Refusal:
    return Refusal(404, 10062, "Unknown interaction", violation=True)


def unknown_command() -> Refusal:
    return Refusal(404, 10063, "Unknown application command")


def too_many_commands(count: int) -> Refusal:
    message = f"Maximum number of application commands reached ({count})."
    return Refusal(400, 30032, message, violation=True)


def old_edits_exhausted(wait: float) -> Refusal:
    """An own limit for messages over an hour old: https://github.com/discord/discord-api-docs/issues/4413."""
    message = "Maximum number of edits to messages older than 1 hour reached. Try again later"
    refusal = Refusal(429, 30046, message)
    refusal.body |= {"retry_after": wait, "global": False}
    return refusal


def entity_too_large() -> Refusal:
    return Refusal(413, 40005, "Request entity too large", violation=True)


def already_acknowledged() -> Refusal:
    return Refusal(400, 40060, "Interaction has already been acknowledged.", violation=True)


def too_many_followups() -> Refusal:
    message = "This interaction has hit the maximum number of follow up messages."
    return Refusal(400, 40094, message, violation=True)


def missing_access() -> Refusal:
    return Refusal(403, 50001, "Missing Access")


def direct_channel() -> Refusal:
    return Refusal(403, 50003, "Cannot execute action on a DM channel")


def foreign_author() -> Refusal:
    return Refusal(403, 50005, "Cannot edit a message authored by another user", violation=True)


def empty_message() -> Refusal:
    return Refusal(400, 50006, "Cannot send an empty message", violation=True)


def closed_direct_messages() -> Refusal:
    return Refusal(403, 50007, "Cannot send messages to this user")


def missing_permissions() -> Refusal:
    return Refusal(403, 50013, "Missing Permissions")


def invalid_webhook_token(*, violation: bool) -> Refusal:
    return Refusal(401, 50027, "Invalid Webhook Token", violation=violation)


def wrong_channel_type() -> Refusal:
    return Refusal(400, 50024, "Cannot execute action on this channel type", violation=True)


def archived_thread() -> Refusal:
    return Refusal(400, 50083, "Thread is archived")


def invalid_json() -> Refusal:
    return Refusal(400, 50109, "The request body contains invalid JSON.", violation=True)


def reply_without_history() -> Refusal:
    return Refusal(403, 160002, "Cannot reply without permission to read message history")


def thread_exists() -> Refusal:
    return Refusal(400, 160004, "A thread has already been created for this message")


def locked_thread() -> Refusal:
    return Refusal(403, 160005, "Thread is locked")


class Problems:
    """Collects the errors of one body, so that all are reported at once, nested by their path."""

    def __init__(self) -> None:
        self.tree: Object = {}

    def add(self, path: Path, code: str, message: str) -> None:
        node = self.tree
        for part in path:
            node = node.setdefault(str(part), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def raise_any(self) -> None:
        """Raises the 50035 with everything collected, if anything was."""
        if self.tree:
            refusal = Refusal(400, 50035, "Invalid Form Body", violation=True)
            refusal.body["errors"] = self.tree
            raise refusal

    def required(self, path: Path) -> None:
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def choices(self, path: Path, allowed: tuple[int, ...]) -> None:
        self.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {allowed}.")

    def length(self, path: Path, size: int, limit: str, least: int = 0) -> None:
        """Checks a size against the table's limit of that name."""
        if least and not least <= size <= most(limit):
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most(limit)} in length.")
        elif size > most(limit):
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most(limit)} or fewer in length.")

    def text(self, path: Path, value: object, limit: str, least: int = 0) -> str:
        """Checks a string; None counts as absent. Returns the string, empty when it is not one."""
        if value is None or value == "":
            if least:
                self.required(path)
            return ""
        if not isinstance(value, str):
            self.add(path, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return ""
        if "\0" in value:
            self.add(path, "STRING_TYPE_NULL_BYTE", "Null bytes are not allowed.")
        self.length(path, len(value), limit, least)
        return value

    def trimmed(self, path: Path, value: object, limit: str, least: int = 0) -> str:
        """As `text`, without the blanks around it, which Discord takes away before it counts."""
        return self.text(path, value.strip() if isinstance(value, str) else value, limit, least)

    def number(self, path: Path, value: object, least: int, greatest: int) -> None:
        """Checks an integer against a range; None counts as absent."""
        if value is None:
            return
        if isinstance(value, bool) or not isinstance(value, int):
            self.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        elif value > greatest:
            self.add(path, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {greatest}.")
        elif value < least:
            self.add(path, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")

    def items(self, path: Path, value: object, limit: str, least: int = 0) -> list[object]:
        """Checks a list; None counts as absent, hence empty."""
        if value is None and not least:
            return []
        value = [] if value is None else value
        if not isinstance(value, list):
            self.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        self.length(path, len(value), limit, least)
        return value

    def mapping(self, path: Path, value: object) -> Object:
        """Checks an object; None counts as absent, hence empty."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            return {}
        return value

    def objects(self, path: Path, value: object, limit: str, least: int = 0) -> list[Object]:
        """Checks a list of objects; what is none of it stands as an empty one, so that places keep their number."""
        found = self.items(path, value, limit, least)
        for index, item in enumerate(found):
            if item is None:
                self.required((*path, index))
        return [self.mapping((*path, index), item) for index, item in enumerate(found)]

    def url(self, path: Path, value: object, schemes: tuple[str, ...], limit: str = "embed.url") -> str:
        """Checks an address: its length, its form and its scheme."""
        text = self.text(path, value, limit)
        if not text:
            return ""
        try:
            parts = urlsplit(text)
        except ValueError:
            parts = urlsplit("")
        if not parts.netloc and parts.scheme in {"", *schemes}:
            self.add(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
        elif parts.scheme not in schemes:
            self.add(path, "URL_TYPE_INVALID_SCHEME", f'Scheme "{parts.scheme}" must be one of {schemes}.')
        return text
