"""The command line as people call it, in this process: arguments in, exit code and both outputs back."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from stationthis_discord import cli


@dataclass(frozen=True, slots=True)
class Outcome:
    code: int
    out: str
    err: str


Command = Callable[..., Outcome]


def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Calls `stationthis-discord` with the arguments given."""

    def call(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["stationthis-discord", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return Outcome(ended.value.code if isinstance(ended.value.code, int) else 0, out, err)

    return call
