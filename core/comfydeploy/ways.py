"""What a server turned out to lack, and the older way that is taken instead."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from core.comfydeploy.errors import ApiError, Busy, KeyRefused, NoAnswer, ServerFault, Unreachable, WrongAddress
from core.comfydeploy.operations import Operation

T = TypeVar("T")

_LACKING: Final = frozenset({404, 405})  # of the router itself: a redirect does not say that a route is lacking
_SAYS_NOTHING: Final = (WrongAddress, Unreachable, NoAnswer, Busy, KeyRefused)  # a key is looked at before the route


class Ways:
    """How one server is to be asked. A route is remembered as lacking once the older way has proved to be there."""

    def __init__(self) -> None:
        self._lacking: set[str] = set()  # names of operations

    async def take(
        self, operation: Operation, today: Callable[[], Awaitable[T]], older: Callable[[], Awaitable[T]]
    ) -> T:
        """What `today` brings, or `older` where the router has said that it has no route for that.

        Raises:
            ApiError: that of the way that was taken last.
        """
        if operation.name in self._lacking:
            return await older()
        try:
            return await today()
        except WrongAddress as wrong:
            # only the router itself says this, before anything was done: so even a submit may take the other way
            if wrong.status not in _LACKING:
                raise
        try:
            brought = await older()
        except ApiError as error:
            if _is_answer(error):
                self._lacking.add(operation.name)
            raise
        self._lacking.add(operation.name)
        return brought


def _is_answer(error: ApiError) -> bool:
    """Whether the path itself said it, and neither a router nor a proxy before it."""
    return not isinstance(error, _SAYS_NOTHING) and not (isinstance(error, ServerFault) and error.status != 500)
