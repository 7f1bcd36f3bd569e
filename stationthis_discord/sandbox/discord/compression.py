"""Transport compression of the gateway: https://docs.discord.com/developers/events/gateway#transport-compression."""

import sys
import zlib
from collections.abc import Callable
from typing import TypeAlias

Compress: TypeAlias = Callable[[bytes], bytes]
"""Compresses one message within a stream, flushed so that it can be read at once."""


def compressor(name: str | None) -> Compress | None:
    """The stream a client asked for by `compress=`.

    None for no compression, also when zstandard is asked for and not installed: clients read plain text as well.
    """
    if name == "zlib-stream":
        return _zlib()
    return _zstd() if name == "zstd-stream" else None


def _zlib() -> Compress:
    stream = zlib.compressobj()
    return lambda data: stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)


if sys.version_info >= (3, 14):
    from compression import zstd

    def _zstd() -> Compress | None:
        stream = zstd.ZstdCompressor()
        return lambda data: stream.compress(data, mode=zstd.ZstdCompressor.FLUSH_BLOCK)

else:
    try:
        import zstandard
    except ImportError:
        _STANDARD = False
    else:
        _STANDARD = True

    def _zstd() -> Compress | None:
        if not _STANDARD:
            return None
        stream = zstandard.ZstdCompressor().compressobj()
        return lambda data: stream.compress(data) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
