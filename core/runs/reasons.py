"""What kind of failure a machine's words tell of, so that people can be told what to do about it. Pure.

The spellings are those of ComfyUI's `execution.py`, of PyTorch and of the nodes that load models, as their users report
them; a text that none of them fits is `OTHER`.
"""

import re
from enum import Enum, auto
from typing import Final

from core.comfydeploy.outputs import Reason


class Cause(Enum):
    """Why a run failed, as far as it makes a difference for what to do next."""

    OUT_OF_MEMORY = auto()
    MISSING_MODEL = auto()
    INVALID = auto()
    TIME_OUT = auto()
    OTHER = auto()


_LOOKED_AT: Final = 5_000  # characters: the cause stands at the beginning
_MODEL: Final = r"\.(?:safetensors|sft|ckpt|pth?|bin|gguf|onnx)\b"
_SPELLINGS: Final = {
    Cause.OUT_OF_MEMORY: (
        r"MemoryError\b",
        r"\bout of memory\b",  # CUDA, HIP, MPS, and ComfyUI's own advice
        r"\bAllocation on device\b",
        r"\bnot enough memory\b",
        r"\bcan't allocate memory\b",
        r"\bUnable to allocate [\d.]+ [KMGT]iB\b",
        r"_STATUS_ALLOC_FAILED\b",  # cuBLAS and cuDNN
    ),
    Cause.MISSING_MODEL: (
        r"\bModel in folder '[^'\n]{0,300}' with filename '[^'\n]{0,300}' not found",
        rf"\bValue not in list: [^:\n]{{1,100}}: '[^'\n]{{0,300}}{_MODEL}' not in\b",
        rf"\b(?:FileNotFoundError|No such file or directory)\b[^\n]{{0,400}}{_MODEL}",
        rf"\bError no file named [^\n]{{0,100}}{_MODEL}",
        r"\bis not a local folder and is not a valid model identifier\b",
    ),
    Cause.INVALID: (
        r"\bPrompt outputs failed validation\b",
        r"\bprompt_outputs_failed_validation\b",
        r"\bFailed to validate prompt\b",
        r"\bPrompt has no (?:properly connected )?outputs\b",
        r"\bCannot execute because\b",  # a node is missing, or has no class
        r"\bRequired input is missing\b",
        r"\bValue not in list\b",
        r"\bValue \S{1,50} (?:smaller than min|bigger than max) of\b",
        r"\bFailed to convert an input value\b",
        r"\bReturn type mismatch between linked nodes\b",
        r"\bBad linked input\b",
        r"\bCustom validation failed for node\b",
    ),
    Cause.TIME_OUT: (
        r"Timeout(?:Error|Expired|Exception)\b",
        r"(?:Read|Connect)Timeout\b",
        r"\btimed out\b",
    ),
}
_CAUSES: Final = {cause: re.compile("|".join(spellings), re.IGNORECASE) for cause, spellings in _SPELLINGS.items()}


def cause_of(reason: Reason) -> Cause:
    """The first cause whose spelling is found: a missing model is also an invalid value, but says more."""
    text = f"{reason.kind or ''}: {reason.message}"[:_LOOKED_AT]
    return next((cause for cause, spelling in _CAUSES.items() if spelling.search(text)), Cause.OTHER)
