"""What a person gives for an input: a text, or files; pure.

A form keeps values as they were given, so that a wrong one can be shown again; `fit` makes of them what a node reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.comfydeploy.kinds import InputKind


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was given: where it is (an address or a local path), what it is called, its size in bytes if known.

    It is still to be fetched, checked and uploaded. `attached`: its address is one that Discord itself handed over.
    """

    name: str
    where: str | Path
    size: int | None = None
    attached: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that runs can already use: checked and uploaded, or read back from an earlier run."""

    name: str
    address: str


File = Source | Stored
Value = str | tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Attached:
    """A file, and the kind of input that takes the like: `IMAGE`, `VIDEO`, `AUDIO`, `EXR` or `FILE`."""

    kind: InputKind
    file: File


@dataclass(frozen=True, slots=True)
class Given:
    """What a command says: four things by role, the rest by the name of its input as written.

    `attached` are files for whichever input takes what they are.
    """

    prompt: str | None = None
    negative: str | None = None
    seed: int | None = None
    image: Source | None = None
    named: Mapping[str, str] = field(default_factory=dict)
    attached: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A number beyond what its input takes: the nearest that it does take is used instead. Texts as people write them.

    `minimum` and `maximum` are the range, None where there is none; `key` is the input's id.
    """

    name: str
    given: str
    used: str
    minimum: float | None = None
    maximum: float | None = None
    key: str = field(default="", compare=False)
