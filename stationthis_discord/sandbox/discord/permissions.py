"""The permission bits the sandbox knows: https://docs.discord.com/developers/topics/permissions."""

from enum import IntFlag


class Permission(IntFlag):
    """A subset of Discord's permissions, by their names and values."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38
    USE_EXTERNAL_APPS = 1 << 50


MEMBER = (
    Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.USE_EXTERNAL_APPS
)
"""What people, and the bot, may do in a channel unless a test says otherwise."""

PRIVATE = Permission.ATTACH_FILES | Permission.EMBED_LINKS | Permission.MENTION_EVERYONE
"""`app_permissions` in a DM or group DM of other people.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
"""

DIRECT = PRIVATE | Permission.USE_EXTERNAL_EMOJIS
"""`app_permissions` in a DM with the bot, and what a person may do there."""


def allows(held: Permission, needed: Permission) -> bool:
    """Whether somebody who holds these may do what needs that; administrators may everything."""
    return Permission.ADMINISTRATOR in held or needed in held
