"""Webhooks: the address that a run's reports come to, and what one says; anybody may send one, so both are checked."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field, ValidationError

from core.comfydeploy.models import Id, Lenient, Run, Share, Wire

PATH: Final = "/hooks/run"
_PREFIX: Final = b"stationthis.hook.1:"  # so that nothing else that this secret may ever sign fits here
_DELIVERY: Final = re.compile(r"[0-9a-f]{16}")
_SIGNATURE: Final = re.compile(r"[0-9a-f]{32}")


class HookForged(Exception):
    """The address of a report is none that was given out here."""


class HookUnreadable(Exception):
    """A report came to the right address and says nothing that can be read."""


class _Body(Wire):
    """What is read of a report. Its outputs are not: a final one is confirmed by reading the run, others send none."""

    run_id: Id
    status: Annotated[str, Field(max_length=100)]
    live_status: Lenient[Annotated[str, Field(max_length=1000)]] = None
    progress: Share = 0.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One report: the delivery its address was made for, and the run it tells of, without outputs."""

    delivery: str
    run: Run


class Hooks:
    """The addresses under `public_url`, an http(s) address that leads to this process; may have a path."""

    def __init__(self, public_url: str, secret: str) -> None:
        self._base = public_url.rstrip("/") + PATH
        self._key = secret.encode()

    def address(self, delivery: str) -> str:
        """Where the run of a delivery (16 hex digits) reports to."""
        return f"{self._base}?delivery={delivery}&sig={self._signature(delivery)}"

    def check(self, delivery: str, signature: str) -> None:
        """Judge what an address says, before anything of the body is looked at.

        Raises:
            HookForged: it is none of ours.
        """
        well_formed = _DELIVERY.fullmatch(delivery) and _SIGNATURE.fullmatch(signature)
        if not well_formed or not hmac.compare_digest(signature, self._signature(delivery)):
            raise HookForged

    def read(self, delivery: str, signature: str, body: bytes) -> Heard:
        """What a report says.

        Raises:
            HookForged: its address is none of ours.
            HookUnreadable: the body is no JSON, nested too deeply, or does not tell of a run.
        """
        self.check(delivery, signature)
        try:
            told = _Body.model_validate_json(body)
        except ValidationError:
            told = None
        if told is None:  # raised out here: as its context pydantic's error would come along, with the body's values
            raise HookUnreadable
        run = Run(id=told.run_id, status=told.status, live_status=told.live_status, progress=told.progress)
        return Heard(delivery, run)

    def _signature(self, delivery: str) -> str:
        return hmac.new(self._key, _PREFIX + delivery.encode(), hashlib.sha256).hexdigest()[:32]
