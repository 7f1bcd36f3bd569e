"""What Discord accepts as the body of a message, new or edited.

https://docs.discord.com/developers/resources/message#create-message
"""

from stationthis_discord.sandbox.discord import refusals
from stationthis_discord.sandbox.discord.body import Upload
from stationthis_discord.sandbox.discord.component_rules import check_components
from stationthis_discord.sandbox.discord.embed_rules import check_embeds
from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.places import Channel
from stationthis_discord.sandbox.discord.refusals import Path, Problems
from stationthis_discord.sandbox.discord.stored import COMPONENTS_V2

_LEGACY = ("content", "embeds")
_MIXED = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
_MENTIONABLE = ("roles", "users", "everyone")


def check_message(payload: Object, uploads: list[Upload], at: Path = (), flags: int = 0) -> None:
    """Checks everything that does not depend on where the message goes.

    Args:
        payload: the message's fields.
        uploads: the files that came with it.
        at: where the fields are in the body (`("data",)` in an interaction's answer).
        flags: those the message already has.

    Raises:
        Refusal: 50035 with every problem found.
    """
    problems = Problems()
    flags = _check_flags(problems, at, payload) | flags
    v2 = bool(flags & COMPONENTS_V2)
    problems.trimmed((*at, "content"), payload.get("content"), "content")
    check_embeds(problems, (*at, "embeds"), payload.get("embeds"))
    check_components(problems, (*at, "components"), payload.get("components"), v2=v2)
    _check_mentions(problems, (*at, "allowed_mentions"), payload.get("allowed_mentions"))
    _check_attachments(problems, (*at, "attachments"), payload.get("attachments"), uploads)
    problems.mapping((*at, "message_reference"), payload.get("message_reference"))
    _check_nonce(problems, (*at, "nonce"), payload.get("nonce"))
    if v2 and any(payload.get(name) for name in _LEGACY):
        problems.add(at, _MIXED, f"The {_LEGACY} fields cannot be used when using MessageFlags.IS_COMPONENTS_V2")
    problems.raise_any()


def _check_flags(problems: Problems, at: Path, payload: Object) -> int:
    flags = payload.get("flags")
    problems.number((*at, "flags"), flags, 0, (1 << 63) - 1)
    return flags if isinstance(flags, int) else 0


def _check_nonce(problems: Problems, path: Path, nonce: object) -> None:
    """A text, or a number of 64 bits as Discord's OpenAPI description has it."""
    if isinstance(nonce, str):
        problems.text(path, nonce, "nonce")
    else:
        problems.number(path, nonce, -most("nonce.number") - 1, most("nonce.number"))


def _check_mentions(problems: Problems, path: Path, value: object) -> None:
    allowed = problems.mapping(path, value)
    parse = problems.items((*path, "parse"), allowed.get("parse"), "mentions")
    for index, kind in enumerate(parse):
        if kind not in _MENTIONABLE:
            message = f"Value must be one of {_MENTIONABLE}."
            problems.add((*path, "parse", index), "BASE_TYPE_CHOICES", message)
    for kind in ("users", "roles"):
        problems.items((*path, kind), allowed.get(kind), "mentions")
        if kind in parse and allowed.get(kind):
            message = f'"parse:[{kind}]" and "{kind}: [ids...]" are mutually exclusive.'
            problems.add(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)


def _check_attachments(problems: Problems, path: Path, value: object, uploads: list[Upload]) -> None:
    problems.length((*path[:-1], "files"), len(uploads), "files")
    for index, found in enumerate(problems.objects(path, value, "files")):
        if not str(found.get("id", "")).isdigit():
            message = f'Value "{found.get("id")}" is not snowflake.'
            problems.add((*path, index, "id"), "NUMBER_TYPE_COERCE", message)
        for name in ("filename", "description"):
            problems.text((*path, index, name), found.get(name), f"attachment.{name}")


def check_sizes(channel: Channel, uploads: list[Upload]) -> None:
    """Raises 40005 when a file, or all together, are larger than this place allows."""
    sizes = [len(upload.data) for upload in uploads]
    if sizes and (max(sizes) > channel.file_limit or sum(sizes) > channel.request_limit):
        raise refusals.entity_too_large()


def check_file_count(kept: int) -> None:
    """Raises 50035 when an edit would leave more files than a message may have."""
    if kept > most("files"):
        problems = Problems()
        problems.length(("attachments",), kept, "files")
        problems.raise_any()


def refuse_legacy() -> None:
    """Raises 50035 when an edit would leave text or embeds in a message of components."""
    problems = Problems()
    problems.add((), _MIXED, f"The {_LEGACY} fields cannot be used when using MessageFlags.IS_COMPONENTS_V2")
    problems.raise_any()
