"""The colours of Discord's dark theme, each with one meaning."""

CHAT = "#313338"
EPHEMERAL = "#33353f"
PANEL = "#2b2d31"
BORDER = "#3f4147"
DEEP = "#1e1f22"  # code, select menus, the stripe of an embed without a colour
RAISED = "#3a3c42"  # reactions and the background of a time

TEXT = "#dbdee1"
BRIGHT = "#f2f3f5"
MUTED = "#949ba4"
LINK = "#00a8fc"
WHITE = "#ffffff"
VEIL = "#000000b0"  # over a picture, which shines through

MENTION = "#c9cdfb"
MENTION_PILL = "#3c4270"

BLURPLE = "#5865f2"
SECONDARY = "#4e5058"
SUCCESS = "#248046"
DANGER = "#da373c"

PEOPLE = ("#eb459e", "#3ba55c", "#faa61a", "#00a8fc", "#9b59b6")
