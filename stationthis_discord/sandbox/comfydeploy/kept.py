"""Files that were made once: the latest few, up to so many bytes in all."""

import threading
from collections import OrderedDict
from collections.abc import Hashable


class Kept:
    """Bytes by recipe; the one that nobody asked for the longest leaves first. Used from several threads."""

    def __init__(self, most: int, room: int) -> None:
        self._most = most
        self._room = room
        self._size = 0
        self._files: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, recipe: Hashable) -> bytes | None:
        with self._lock:
            if recipe in self._files:
                self._files.move_to_end(recipe)
            return self._files.get(recipe)

    def put(self, recipe: Hashable, content: bytes) -> bytes:
        """Keep a file, unless it is larger than all the room. Returns it."""
        with self._lock:
            if recipe not in self._files and len(content) <= self._room:
                self._files[recipe] = content
                self._size += len(content)
            while len(self._files) > self._most or self._size > self._room:
                self._size -= len(self._files.popitem(last=False)[1])
        return content
