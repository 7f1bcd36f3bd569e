"""How a result was made to fit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """From `before` bytes to another `format` (`WebP`, `JPEG`, `MP4`); `scale` 0.5 is half as wide and half as high."""

    format: str
    before: int
    lossless: bool = False
    scale: float = 1.0
