"""The sentences for what goes wrong when operators change something at ComfyUI Deploy; pure."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from cogs.ui.problems import file_words
from cogs.ui.text import code, named
from core.comfydeploy.errors import MachineInUse, MachineKeptWarm
from core.operator_errors import (
    AskedByAnother,
    ChangeRefused,
    ChangeUnclear,
    EnvironmentUnclear,
    NothingToChange,
    OperatorsOnly,
    SharesOnly,
    UploadRefused,
    VersionUnknown,
    WorkflowFileInvalid,
    WriteOff,
)

NOTHING_CHANGED: Final = "Nothing was changed."
_SHOWN_BY: Final = {"deployment": "`/deployments`", "workflow": "`/workflows`", "machine": "`/machines`"}


def _environments(error: EnvironmentUnclear) -> str:
    wanted, places = (
        f"**{named(error.wanted, 80)}**",
        ", ".join(code(name, 30) for name in dict.fromkeys(error.choices)),
    )
    if not places:
        return f"The workflow {wanted} is not deployed at all. {NOTHING_CHANGED}"
    if error.environment is None:
        return f"The workflow {wanted} is deployed to {places}. Say which with `environment`. {NOTHING_CHANGED}"
    return f"The workflow {wanted} is not deployed to {code(error.environment, 30)}, but to {places}. {NOTHING_CHANGED}"


def _not_a_workflow(error: WorkflowFileInvalid) -> str:
    wanted = "in API format (Export (API) in ComfyUI)" if error.wants_graph else "as ComfyUI's editor saves it"
    return f"The file {code(error.name, 60)} is no workflow {wanted}. Nothing was uploaded."


def _unclear(error: ChangeUnclear) -> str:
    place = _SHOWN_BY.get(error.write.partition(".")[0], "the website")
    return f"ComfyUI Deploy did not say whether it was done. Look at {place} before you try again."


def _no_version(error: VersionUnknown) -> str:
    if error.number is None:
        return f"This workflow has no version that could be deployed. {NOTHING_CHANGED}"
    return f"This workflow has no version {error.number}. `/workflows` shows those it has. {NOTHING_CHANGED}"


def names(listed: Sequence[str]) -> str:
    """Up to five names in bold, and how many more there are."""
    more = f" and {len(listed) - 5} more" if len(listed) > 5 else ""
    return (", ".join(f"**{named(name, 100)}**" for name in listed[:5]) or "others") + more


OPERATOR_WORDS: Final[dict[type[BaseException], Callable[[Any], str]]] = {
    UploadRefused: lambda e: f"{file_words(e.cause)} Nothing was uploaded.",
    EnvironmentUnclear: _environments,
    OperatorsOnly: lambda _: "Only the owner and the team of this bot may do that.",
    WriteOff: lambda e: f"This is switched off (`{e.write}`). `STATIONTHIS_OPERATOR_WRITES` switches it on.",
    NothingToChange: lambda _: "Nothing was changed: say what is to be different.",
    SharesOnly: lambda e: (
        f"ComfyUI Deploy deletes shares only; this one is {code(e.environment, 30)}. "
        "Delete it on its website, or delete its workflow."
    ),
    VersionUnknown: _no_version,
    ChangeRefused: lambda _: f"ComfyUI Deploy did not accept this. {NOTHING_CHANGED}",
    ChangeUnclear: _unclear,
    WorkflowFileInvalid: _not_a_workflow,
    MachineInUse: lambda e: f"These workflows still use this machine: {names(e.workflows)}. Nothing was deleted.",
    MachineKeptWarm: lambda _: "This machine is kept warm. Set that to 0 first. Nothing was deleted.",
    AskedByAnother: lambda _: "Somebody else pressed it a moment ago.",
}
