"""The messages below the first one, with the files that it has no room for."""

from functools import partial

from cogs.ui.endings import Endings
from cogs.ui.places import Place


class Further:
    """What is there of them, as far as this process sent it; each has its content once."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._sent: list[int] = []  # ids
        self._done = 0  # how many of them have what they are to have
        self._content: object = None

    @property
    def count(self) -> int:
        """How many are there."""
        return self._done

    async def put(self, end: Endings) -> None:
        """All of them, in order; those of an end that was packed otherwise are changed, and removed if not needed.

        Raises:
            SurfaceLost: no way leads there any more.
            HTTPException: Discord refuses one; the next try goes on there.
        """
        content = [[(piece.name, piece.size) for piece in part] for part in end.parts]
        if content != self._content:
            self._content, self._done = content, 0
        for number in range(self._done + 1, len(end.parts)):
            if number <= len(self._sent):
                await self._place.change(self._sent[number - 1], end.further(number))
            else:
                nonce = f"{self._place.address.nonce}-{number}"
                self._sent.append(await self._place.add(partial(end.further, number), nonce))
            self._done = number
        while len(self._sent) >= len(end.parts):
            await self._place.remove(self._sent[-1])
            self._sent.pop()
