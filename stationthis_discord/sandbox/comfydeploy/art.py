"""Seeded generative art with Pillow alone: palettes, scenes and the label that says where a picture comes from."""

import hashlib
import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

from stationthis_discord.sandbox.comfydeploy import scenes
from stationthis_discord.sandbox.comfydeploy.scenes import Colour

# from the dark ground to the brightest light
PALETTES: dict[str, tuple[Colour, Colour, Colour, Colour, Colour]] = {
    "dusk": ((28, 18, 54), (92, 38, 98), (212, 84, 96), (250, 160, 92), (255, 226, 172)),
    "aurora": ((6, 16, 40), (12, 52, 84), (20, 120, 124), (78, 205, 160), (220, 255, 214)),
    "neon": ((12, 6, 32), (58, 10, 110), (192, 24, 160), (255, 78, 150), (122, 240, 255)),
    "watercolor": ((62, 84, 112), (120, 150, 172), (188, 200, 196), (240, 200, 176), (255, 244, 226)),
    "noir": ((12, 12, 16), (48, 50, 56), (104, 106, 112), (170, 172, 176), (242, 240, 234)),
    "forest": ((10, 26, 24), (24, 62, 50), (66, 110, 74), (156, 172, 92), (246, 234, 170)),
    "ember": ((24, 8, 12), (86, 18, 22), (176, 46, 28), (242, 120, 40), (255, 220, 120)),
    "ocean": ((6, 18, 46), (10, 52, 104), (24, 110, 160), (106, 190, 214), (238, 250, 244)),
}
WORDS = {
    "dusk": "dusk dawn sunset sunrise evening morning",
    "aurora": "aurora northern night star stars lights cosmic",
    "neon": "neon cyberpunk city synthwave electric robot",
    "watercolor": "watercolor watercolour pastel snow winter cloud clouds fog mist",
    "noir": "noir ink monochrome sketch charcoal black white",
    "forest": "forest tree trees green garden moss jungle meadow",
    "ember": "fire lava autumn ember red desert dragon volcano",
    "ocean": "ocean sea water lake river blue ship boat lighthouse whale",
}
SMALLEST_LABELLED = 48  # pixels; there is no room for words on less
COLOURS: dict[str, Colour] = {
    "black": (20, 20, 20),
    "white": (240, 240, 240),
    "grey": (128, 128, 128),
    "red": (200, 40, 40),
    "orange": (236, 138, 40),
    "yellow": (236, 214, 70),
    "green": (60, 150, 70),
    "teal": (30, 140, 140),
    "blue": (40, 80, 190),
    "purple": (110, 50, 150),
    "pink": (235, 120, 170),
    "brown": (110, 70, 40),
}


def scene(words: str, seed: int, size: tuple[int, int], phase: float = 0.0) -> Image.Image:
    """Paint a picture for these words, the same for the same arguments; `phase` from 0 to 1 moves it once round."""
    rng = random.Random(hashlib.sha256(f"{words}\0{seed}".encode()).digest())
    paint = rng.choice(scenes.ALL)
    return paint(rng, palette(words), size, phase)


def palette(words: str) -> tuple[Colour, ...]:
    """The palette the last known word asks for (styles come last in a prompt), else one by chance of the words."""
    known = {word: name for name, listed in WORDS.items() for word in listed.split()}
    plain = "".join(letter if letter.isalpha() else " " for letter in words.partition("\0")[0].lower())
    named = [known[word] for word in plain.split() if word in known]
    if named:
        return PALETTES[named[-1]]
    number = int.from_bytes(hashlib.sha256(plain.encode()).digest()[:4])
    return list(PALETTES.values())[number % len(PALETTES)]


def restyled(image: Image.Image, prompt: str, strength: float) -> Image.Image:
    """The picture's own light in the prompt's colours, mixed in by `strength` from 0 to 1."""
    colours = palette(prompt)
    flat = ImageOps.posterize(ImageOps.autocontrast(image.convert("L")), 5)
    toned = ImageOps.colorize(flat, black=colours[0], mid=colours[2], white=colours[4])
    glow = ImageChops.screen(toned, ImageOps.colorize(image.convert("L"), (0, 0, 0), colours[1]))
    return Image.blend(image, glow, max(0.0, min(1.0, strength)))


def labelled(image: Image.Image, prompt: str, seed: int) -> Image.Image:
    """Write "sandbox", the seed and the beginning of the prompt on a band of frosted glass at the foot."""
    width, height = image.size
    if min(width, height) < SMALLEST_LABELLED:
        return image
    unit = max(9, min(width, height) // 32)
    band = round(unit * 3.4)
    edge = unit // 2
    box = (edge, height - band - edge, width - edge, height - edge)
    glass = image.crop(box).filter(ImageFilter.GaussianBlur(unit * 1.5)).point(lambda value: value * 0.4)
    mask = Image.new("L", glass.size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, glass.width - 1, glass.height - 1), radius=unit, fill=255)
    framed = image.copy()
    framed.paste(glass, box[:2], mask)
    draw = ImageDraw.Draw(framed)
    small, large = ImageFont.load_default(size=round(unit * 0.85)), ImageFont.load_default(size=round(unit * 1.15))
    left, top = edge + unit, height - band - edge + unit // 2
    draw.text((left, top), f"sandbox  ·  seed {seed}", font=small, fill=(205, 205, 212))
    draw.text((left, top + unit * 1.15), _clipped(prompt, large, width - 2 * left), font=large, fill=(255, 255, 255))
    return framed


def colour_name(image: Image.Image) -> str:
    """The name of the colour most of the picture is nearest to."""
    small = image.resize((32, 32))
    counts = dict.fromkeys(COLOURS, 0)
    raw = small.tobytes()
    for pixel in zip(raw[0::3], raw[1::3], raw[2::3], strict=True):
        counts[min(COLOURS, key=lambda name: math.dist(COLOURS[name], pixel))] += 1
    return max(counts, key=lambda name: counts[name])


def _clipped(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, room: float) -> str:
    line = " ".join(text.split())[:200]  # far more than fits; measuring thousands of characters takes seconds
    if font.getlength(line) <= room:
        return line
    while line and font.getlength(line + "…") > room:
        line = line[:-1]
    return line.rstrip() + "…"
