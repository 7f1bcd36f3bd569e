"""H.264 without a codec: every macroblock is sent as raw samples (I_PCM), which each decoder must understand.

ITU-T H.264, 7.3. Samples are never below 16, so that no start code can appear and nothing has to be escaped.
"""

from PIL import Image

from stationthis_discord.sandbox.comfydeploy.formats.noise import noise_bytes

BLOCK = 16  # pixels, both ways
SAMPLES = 384  # of a macroblock: 16 x 16 of light, twice 8 x 8 of colour
_RAISED = bytes(max(16, value) for value in range(256))
_NEXT_BLOCK = b"\x0d\x00"  # I_PCM in Exp-Golomb, and zeros up to the byte
_BASELINE, _LEVEL = 66, 51


def parameter_sets(width: int, height: int) -> tuple[bytes, bytes]:
    """The sequence's and the picture's; width and height are multiples of 16."""
    sequence = _golomb(0) + _golomb(0) + _golomb(2) + _golomb(0) + "0"
    sequence += _golomb(width // BLOCK - 1) + _golomb(height // BLOCK - 1) + "1" + "1" + "0" + "0"
    picture = _golomb(0) * 2 + "0" + "0" + _golomb(0) * 3 + "0" + "00" + _golomb(0) * 3 + "1" + "0" + "0"
    return bytes([0x67, _BASELINE, 0xC0, _LEVEL]) + _ended(sequence), b"\x68" + _ended(picture)


def picture(image: Image.Image, number: int) -> bytes:
    """One frame of a film as a unit of the stream; sides are multiples of 16."""
    light, blue, red = image.convert("YCbCr").split()
    small = (image.width // 2, image.height // 2)
    planes = ((light, BLOCK), (blue.resize(small), BLOCK // 2), (red.resize(small), BLOCK // 2))
    blocks = [
        b"".join(plane.crop((x * side, y * side, (x + 1) * side, (y + 1) * side)).tobytes() for plane, side in planes)
        for y in range(image.height // BLOCK)
        for x in range(image.width // BLOCK)
    ]
    return _unit(b"".join(blocks), number)


def noise(seed: str, side: int, number: int) -> bytes:
    """A square frame of noise."""
    return _unit(noise_bytes(f"{seed}/{number}", (side // BLOCK) ** 2 * SAMPLES), number)


def _unit(samples: bytes, number: int) -> bytes:
    """A slice with all macroblocks; two neighbours in a film must differ in their id."""
    head = _golomb(0) + _golomb(7) + _golomb(0) + "0000" + _golomb(number % 2) + "00" + _golomb(0) + _golomb(1)
    raised = samples.translate(_RAISED)
    blocks = [raised[at : at + SAMPLES] for at in range(0, len(raised), SAMPLES)]
    return b"\x65" + _packed(head + _golomb(25)) + _NEXT_BLOCK.join(blocks) + b"\x80"


def _golomb(number: int) -> str:
    digits = f"{number + 1:b}"
    return "0" * (len(digits) - 1) + digits


def _ended(bits: str) -> bytes:
    return _packed(bits + "1")


def _packed(bits: str) -> bytes:
    count = -(-len(bits) // 8)
    return int(bits.ljust(count * 8, "0"), 2).to_bytes(count, "big")
