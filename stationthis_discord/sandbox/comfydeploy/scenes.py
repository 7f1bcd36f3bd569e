"""The scenes: each paints a picture from chance, a palette, a size and a phase, at twice the size for smooth edges."""

import math
import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

Colour = tuple[int, int, int]
Palette = Sequence[Colour]
Painter = Callable[[random.Random, Palette, tuple[int, int], float], Image.Image]
_TURN = 2 * math.pi


def mountains(rng: random.Random, colours: Palette, size: tuple[int, int], phase: float) -> Image.Image:
    """A sun or moon over layers of ridges that fade towards the horizon."""
    width, height = size[0] * 2, size[1] * 2
    image = _sky((width, height), colours)
    _stars(image, rng, 90, phase)
    x, y = width * rng.uniform(0.25, 0.75), height * (rng.uniform(0.26, 0.42) + 0.02 * math.sin(_TURN * phase))
    radius = min(width, height) * rng.uniform(0.07, 0.13)
    image = _glow(image, (x, y), radius * 6, colours[4], 0.75)
    ImageDraw.Draw(image).ellipse(
        (x - radius, y - radius, x + radius, y + radius), fill=_mix(colours[4], (255, 255, 255), 0.45)
    )
    draw = ImageDraw.Draw(image)
    layers = 6
    for layer in range(layers):
        depth = layer / (layers - 1)
        base = height * (0.50 + 0.36 * depth)
        ridge = _ridge(rng, width, height * (0.05 + 0.06 * depth), phase * (layer % 2))
        fill = _mix(_mix(colours[3], colours[2], 0.4), colours[0], 0.12 + 0.88 * depth)
        draw.polygon([(0, height), *((px, base - py) for px, py in ridge), (width, height)], fill=fill)
        if layer < layers - 2:
            image = _glow(image, (width / 2, base + height * 0.12), width * 0.6, colours[3], 0.10)
            draw = ImageDraw.Draw(image)
    return _finished(image, size)


def orbits(rng: random.Random, colours: Palette, size: tuple[int, int], phase: float) -> Image.Image:
    """A ringed planet before a nebula, with moons."""
    width, height = size[0] * 2, size[1] * 2
    side = min(width, height)
    image = Image.new("RGB", (width, height), _mix(colours[0], (0, 0, 0), 0.45))
    for _ in range(7):
        spot = (width * rng.random(), height * rng.random())
        image = _glow(image, spot, side * rng.uniform(0.3, 0.7), rng.choice(colours[1:4]), 0.45)
    _stars(image, rng, 240, phase)
    centre = (width * rng.uniform(0.42, 0.58), height * rng.uniform(0.40, 0.50))
    radius, tilt = side * rng.uniform(0.17, 0.23), rng.uniform(-0.5, 0.5)
    image = _glow(image, centre, radius * 2.4, colours[3], 0.5)
    ring = _ring((width, height), centre, radius, tilt, colours)
    image.paste(ring, mask=ring.getchannel("A"))
    _planet(image, rng, (centre, radius), colours)
    front = Image.new("L", (width, height))
    ImageDraw.Draw(front).polygon(_half(centre, width, tilt), fill=255)
    image.paste(ring, mask=ImageChops.multiply(ring.getchannel("A"), front))
    for number in range(3):
        angle = _TURN * (phase + rng.random())
        far, dot = radius * (1.9 + 0.35 * number), radius * rng.uniform(0.05, 0.1)
        x, y = centre[0] + far * math.cos(angle), centre[1] + far * 0.62 * math.sin(angle)
        ImageDraw.Draw(image).ellipse((x - dot, y - dot, x + dot, y + dot), fill=colours[4])
    return _finished(image, size)


def ribbons(rng: random.Random, colours: Palette, size: tuple[int, int], phase: float) -> Image.Image:
    """Translucent ribbons of light that wave across the picture."""
    width, height = size[0] * 2, size[1] * 2
    image = _sky((width, height), (colours[0], _mix(colours[0], colours[1], 0.5), colours[1], colours[1], colours[2]))
    _stars(image, rng, 60, phase)
    for number in range(9):
        colour = _mix(rng.choice(colours[2:]), rng.choice(colours[2:]), rng.random())
        base, sway = height * (0.12 + 0.085 * number), height * rng.uniform(0.05, 0.13)
        waves, start, thick = rng.uniform(0.6, 1.7), rng.random(), height * rng.uniform(0.03, 0.11)
        upper, lower = [], []
        for column in range(0, width + 33, 32):
            turn = _TURN * (waves * column / width + start + phase)
            middle = base + sway * math.sin(turn) + sway * 0.4 * math.sin(2 * turn + number)
            half = thick * (0.55 + 0.45 * math.sin(turn * 0.5 + number))
            upper.append((column, middle - half))
            lower.append((column, middle + half))
        mask = Image.new("L", (width // 4, height // 4))
        ImageDraw.Draw(mask).polygon([(x / 4, y / 4) for x, y in [*upper, *reversed(lower)]], fill=150)
        soft = mask.filter(ImageFilter.GaussianBlur(height / 500)).resize((width, height), Image.Resampling.BILINEAR)
        image.paste(Image.new("RGB", (width, height), colour), mask=soft)
        ImageDraw.Draw(image).line(upper, fill=_mix(colour, (255, 255, 255), 0.35), width=max(2, width // 500))
    return _finished(image, size)


ALL: tuple[Painter, ...] = (mountains, orbits, ribbons)


def _sky(size: tuple[int, int], colours: Palette) -> Image.Image:
    ramp = Image.linear_gradient("L").resize(size, Image.Resampling.BICUBIC)
    return ImageOps.colorize(ramp, black=colours[0], mid=colours[2], white=colours[3], midpoint=120)


def _stars(image: Image.Image, rng: random.Random, count: int, phase: float) -> None:
    draw = ImageDraw.Draw(image)
    for _ in range(count):
        x, y, size = rng.random() * image.width, rng.random() ** 1.6 * image.height * 0.8, rng.uniform(0.6, 2.6)
        size *= 1 + 0.5 * math.sin(_TURN * (phase + rng.random()))
        draw.ellipse((x - size, y - size, x + size, y + size), fill=(255, 255, 255 - rng.randrange(50)))


def _glow(
    image: Image.Image, centre: tuple[float, float], radius: float, colour: Colour, strength: float
) -> Image.Image:
    """The picture with light of this colour added round a point."""
    side = max(2, round(radius * 2))
    falloff = ImageOps.invert(Image.radial_gradient("L")).point(lambda value: (value / 255) ** 2.2 * 255 * strength)
    light = ImageOps.colorize(falloff.resize((side, side), Image.Resampling.BICUBIC), (0, 0, 0), colour)
    layer = Image.new("RGB", image.size)
    layer.paste(light, (round(centre[0] - radius), round(centre[1] - radius)))
    return ImageChops.screen(image, layer)


def _ridge(rng: random.Random, width: int, tall: float, phase: float) -> list[tuple[float, float]]:
    parts = [(rng.uniform(0.6, 1.4) * 2**octave, rng.random(), 0.52**octave) for octave in range(6)]
    return [
        (x, tall * sum(size * math.sin(_TURN * (rate * x / width + start + phase)) for rate, start, size in parts))
        for x in range(0, width + 13, 12)
    ]


def _planet(image: Image.Image, rng: random.Random, place: tuple[tuple[float, float], float], colours: Palette) -> None:
    (x, y), radius = place
    side = round(radius * 2)
    face = Image.new("RGB", (side, side), colours[2])
    draw = ImageDraw.Draw(face)
    edge = 0.0
    while edge < side:
        thick = side * rng.uniform(0.03, 0.12)
        draw.rectangle((0, edge, side, edge + thick), fill=_mix(rng.choice(colours[1:]), colours[2], 0.45))
        edge += thick
    face = face.rotate(rng.uniform(-20, 20), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(side / 60))
    light = ImageOps.invert(Image.radial_gradient("L")).resize((side * 2, side * 2), Image.Resampling.BICUBIC)
    shade = light.crop((round(side * 0.65), round(side * 0.65), round(side * 1.65), round(side * 1.65)))
    face = ImageChops.multiply(face, ImageOps.colorize(shade, (10, 8, 20), (255, 255, 255)))
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).ellipse((0, 0, side - 1, side - 1), fill=255)
    image.paste(face, (round(x - radius), round(y - radius)), mask)


def _ring(
    size: tuple[int, int], centre: tuple[float, float], radius: float, tilt: float, colours: Palette
) -> Image.Image:
    over = Image.new("RGBA", size)
    draw = ImageDraw.Draw(over)
    for number in range(14):
        far = radius * (1.35 + 0.045 * number)
        box = (centre[0] - far, centre[1] - far * 0.28, centre[0] + far, centre[1] + far * 0.28)
        draw.ellipse(
            box,
            outline=(*_mix(colours[4], colours[3], number / 14), 120 + 60 * (number % 2)),
            width=round(radius * 0.035),
        )
    return over.rotate(math.degrees(tilt), Image.Resampling.BICUBIC, center=centre)


def _half(centre: tuple[float, float], reach: float, tilt: float) -> list[tuple[float, float]]:
    """The half plane in front of a ring tilted by `tilt`."""
    along = (math.cos(tilt) * reach * 2, -math.sin(tilt) * reach * 2)
    down = (math.sin(tilt) * reach * 2, math.cos(tilt) * reach * 2)
    left, right = (centre[0] - along[0], centre[1] - along[1]), (centre[0] + along[0], centre[1] + along[1])
    return [left, right, (right[0] + down[0], right[1] + down[1]), (left[0] + down[0], left[1] + down[1])]


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _finished(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """At its real size, darker towards the corners."""
    small = image.resize(size, Image.Resampling.LANCZOS)
    corners = ImageOps.invert(Image.radial_gradient("L")).point(lambda value: min(255, 120 + value))
    return ImageChops.multiply(small, Image.merge("RGB", [corners.resize(size, Image.Resampling.BICUBIC)] * 3))
