"""Whether a text is one Unicode emoji: https://unicode.org/reports/tr51/#def_emoji_sequence.

Discord does not say which it takes (https://github.com/discord/discord-api-docs/issues/3384). Text symbols such as ✖
pass with and without U+FE0F: Discord once refused the longer form, not the bare one
(https://github.com/discord/discord-api-docs/issues/1165). A single letter of a flag is an emoji of Discord's own. Emoji
newer than Unicode 16 pass where their block is reserved for them.
"""

import re
from typing import Final

_PLANE_0: Final = (
    "©®‼⁉™\u2139↔-↙↩↪⌚⌛⌨⏏⏩-⏳⏸-⏺Ⓜ▪▫▶◀◻-◾☀-☄☎☑☔☕☘☝☠☢☣☦☪☮☯☸-☺♀♂♈-♓♟♠♣♥♦♨♻♾♿⚒-⚗⚙⚛⚜⚠⚡⚧⚪⚫⚰⚱⚽⚾⛄⛅⛈⛎⛏⛑⛓⛔⛩⛪"
    "⛰-⛵⛷-⛺⛽✂✅✈-✍✏✒✔✖✝✡✨✳✴❄❇❌❎❓-❕❗❣❤\u2795-\u2797➡➰➿⤴⤵⬅-⬇⬛⬜⭐⭕〰〽㊗㊙"
)
_PLANE_1: Final = (
    (0x1F004, 0x1F004), (0x1F0CF, 0x1F0CF), (0x1F170, 0x1F171), (0x1F17E, 0x1F17F), (0x1F18E, 0x1F18E),
    (0x1F191, 0x1F19A), (0x1F201, 0x1F202), (0x1F21A, 0x1F21A), (0x1F22F, 0x1F22F), (0x1F232, 0x1F23A),
    (0x1F250, 0x1F251), (0x1F300, 0x1F321), (0x1F324, 0x1F393), (0x1F396, 0x1F397), (0x1F399, 0x1F39B),
    (0x1F39E, 0x1F3F0), (0x1F3F3, 0x1F3F5), (0x1F3F7, 0x1F4FD), (0x1F4FF, 0x1F53D), (0x1F549, 0x1F54E),
    (0x1F550, 0x1F567), (0x1F56F, 0x1F570), (0x1F573, 0x1F57A), (0x1F587, 0x1F587), (0x1F58A, 0x1F58D),
    (0x1F590, 0x1F590), (0x1F595, 0x1F596), (0x1F5A4, 0x1F5A5), (0x1F5A8, 0x1F5A8), (0x1F5B1, 0x1F5B2),
    (0x1F5BC, 0x1F5BC), (0x1F5C2, 0x1F5C4), (0x1F5D1, 0x1F5D3), (0x1F5DC, 0x1F5DE), (0x1F5E1, 0x1F5E1),
    (0x1F5E3, 0x1F5E3), (0x1F5E8, 0x1F5E8), (0x1F5EF, 0x1F5EF), (0x1F5F3, 0x1F5F3), (0x1F5FA, 0x1F64F),
    (0x1F680, 0x1F6C5), (0x1F6CB, 0x1F6D2), (0x1F6D5, 0x1F6E5), (0x1F6E9, 0x1F6E9), (0x1F6EB, 0x1F6EC),
    (0x1F6F0, 0x1F6F0), (0x1F6F3, 0x1F6FC), (0x1F7E0, 0x1F7EB), (0x1F7F0, 0x1F7F0), (0x1F90C, 0x1F93A),
    (0x1F93C, 0x1F945), (0x1F947, 0x1F9FF), (0x1FA70, 0x1FAFF),
)  # fmt: skip
"""The code points with the property Emoji: https://unicode.org/Public/16.0.0/ucd/emoji/emoji-data.txt."""

_BASE: Final = "[" + _PLANE_0 + "".join(f"{chr(first)}-{chr(last)}" for first, last in _PLANE_1) + "]"
_PART: Final = _BASE + "(?:\ufe0f|[\U0001f3fb-\U0001f3ff])?(?:[\U000e0020-\U000e007e]+\U000e007f)?"
_FLAG: Final = "[\U0001f1e6-\U0001f1ff]{1,2}"
_KEYCAP: Final = "[0-9#*]\ufe0f?\u20e3"
_EMOJI: Final = re.compile(f"{_FLAG}|{_KEYCAP}|{_PART}(?:\u200d{_PART})*")


def is_emoji(text: str) -> bool:
    """Whether this is exactly one: a symbol, a flag, a keycap, or several joined to one picture."""
    return bool(_EMOJI.fullmatch(text))
