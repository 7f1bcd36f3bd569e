"""How the runs of a deployment go: what tests and demonstrations set per deployment."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["success", "failed", "timeout", "never", "rejected", "crashed", "unreachable"]
NodeGeneration = Literal["old", "new"]
OutputForm = Literal["valid", "dropped", "bare"]


@dataclass(frozen=True, slots=True)
class Failure:
    """The exception of a failed run: ComfyUI's message and type, and the class of the node that raised it."""

    message: str = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 22.06 GiB."
    type: str = "torch.OutOfMemoryError"
    node: str = "KSampler"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a run goes. All times are seconds before `pace`.

    outcome: `never` runs for ever; `rejected` (400), `crashed` (500 after `dispatch_seconds`) and `unreachable` (500 as
        text) are machines that fail the dispatch: the queue call answers with an error and leaves a failed run.
    seconds: of work; queue_seconds: in the line; cold_seconds: added before the first start of a serverless machine.
    ahead: imaginary older runs in the line, which drain one after another during `queue_seconds`.
    images: number of pictures an image node saves, null for what the workflow asks.
    node_generation: shape of the outputs, null for the machine's: `old` keys by ComfyUI's kind and tells the node's
        class, `new` knows images and files only.
    output_bytes: about so many bytes for each picture and film, which is then noise that does not pack.
    planted: a text for every place of every output that can hold metadata.
    previews: halfway through the work a row with a small picture of type `temp` is stored; it stays.
    same_names: all nodes save under one name, so that the later ones replace the files of the earlier (of one type).
    broken_files: the first so many files cannot be fetched: 404 and 403 in turn.
    output_form: `dropped` outputs have no url, so that the API hides them; `bare` ones make reading the run answer 500.
    """

    outcome: Outcome = "success"
    seconds: float = 4.0
    queue_seconds: float = 1.5
    cold_seconds: float = 2.0
    dispatch_seconds: float = 23.0
    ahead: int = 0
    error: Failure = Failure()
    images: int | None = None
    node_generation: NodeGeneration | None = None
    output_form: OutputForm = "valid"
    output_bytes: int | None = None
    planted: str = ""
    previews: bool = False
    same_names: bool = False
    broken_files: int = 0
