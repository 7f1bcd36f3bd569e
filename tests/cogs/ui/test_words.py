"""Every error has words, and they are fit to be shown."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.problems import problem_words
from cogs.ui.words import MOST_PROBLEMS, words_for
from core import errors, file_errors, operator_errors, result_errors
from core.comfydeploy.errors import ApiError, MachineInUse
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.outputs import Kind
from core.errors import CannotCancel, CoreError, Fault, InputsInvalid, Problem, TooManyRuns
from core.file_errors import FileDamaged, FileHostRefused, FileOfOtherKind, FileTooLarge
from core.forms.drift import Drift
from core.forms.form import Form, FormNeeded, NoTaker, PickNeeded
from core.offer import Deployment
from core.runs import several
from core.runs.estimates import Usual
from tests.anything import QUICK, texts

MOST = 3500  # characters; an embed's description holds 4096, and a reference is added
FOREIGN = "**cat** `x` <@80351110224678912> @everyone [a](https://a.example)\n# b \u202ec https://b.example/?X-Amz-Signature=1"
NO_HOST = FileHostRefused(FOREIGN, host=FOREIGN)
EVERYTHING_WRONG = [Problem(FOREIGN, fault, FOREIGN, choices=(FOREIGN,) * 30, file=NO_HOST) for fault in Fault]
DEPLOYMENT = Deployment("d", FOREIGN, "production", "w", 1, "", (), Kind.IMAGE, FOREIGN)
FORM = Form("0" * 16, DEPLOYMENT, {}, tuple(EVERYTHING_WRONG * 3))
CHANGED = replace(FORM, problems=(), drift=Drift(new=(FOREIGN,)))
WANTED = replace(FORM, problems=(), is_wanted=True)
SAMPLES: dict[type[CoreError], CoreError] = {
    errors.NameUnknown: errors.NameUnknown(FOREIGN, [FOREIGN] * 3),
    errors.NameAmbiguous: errors.NameAmbiguous(FOREIGN, [FOREIGN] * 30),
    MachineInUse: MachineInUse("DELETE /machine/{id}", 402, workflows=[FOREIGN] * 25),
    operator_errors.WriteOff: operator_errors.WriteOff("machine.delete"),
    operator_errors.SharesOnly: operator_errors.SharesOnly(FOREIGN),
    operator_errors.WorkflowFileInvalid: operator_errors.WorkflowFileInvalid(FOREIGN, wants_graph=True),
    operator_errors.EnvironmentUnclear: operator_errors.EnvironmentUnclear(FOREIGN, FOREIGN, [FOREIGN] * 6),
    operator_errors.ChangeInvalid: operator_errors.ChangeInvalid(EVERYTHING_WRONG),
    operator_errors.ChangeRefused: operator_errors.ChangeRefused("machine.add"),
    operator_errors.ChangeUnclear: operator_errors.ChangeUnclear("machine.add"),
    operator_errors.UploadRefused: operator_errors.UploadRefused(file_errors.FileHostRefused(FOREIGN, host=FOREIGN)),
    errors.TookTooLong: errors.TookTooLong(20.0),
    errors.SubmitUnclear: errors.SubmitUnclear("trail"),
    errors.SubmitUnknown: errors.SubmitUnknown("trail"),
    errors.FormGone: errors.FormGone(FOREIGN),
    errors.DeploymentNotFound: errors.DeploymentNotFound(FOREIGN, [FOREIGN] * 3),
    errors.DeploymentAmbiguous: errors.DeploymentAmbiguous(FOREIGN, [FOREIGN] * 30),
    errors.DeploymentNotHere: errors.DeploymentNotHere(FOREIGN),
    errors.InputsInvalid: errors.InputsInvalid(EVERYTHING_WRONG * 3, FOREIGN),
    FormNeeded: FormNeeded(FORM),
    PickNeeded: PickNeeded(FORM.id),
    NoTaker: NoTaker(InputKind.VIDEO),
    file_errors.FileError: file_errors.FileError(FOREIGN),
    file_errors.FileTooLarge: file_errors.FileTooLarge(FOREIGN, limit=2**20),
    file_errors.FileHostRefused: file_errors.FileHostRefused(FOREIGN, host=FOREIGN),
    file_errors.FileUnavailable: file_errors.FileUnavailable(FOREIGN, status=403),
    file_errors.FileNotAnImage: file_errors.FileNotAnImage(FOREIGN),
    file_errors.FileOfOtherKind: file_errors.FileOfOtherKind(FOREIGN, wanted=FOREIGN),
    file_errors.FileNotCleaned: file_errors.FileNotCleaned(FOREIGN),
    file_errors.FileDamaged: file_errors.FileDamaged(FOREIGN),
    errors.NotYourRun: errors.NotYourRun(5),
    errors.AlreadyOver: errors.AlreadyOver(FOREIGN),
    errors.CannotCancel: errors.CannotCancel(FOREIGN),
    errors.PlaceClosed: errors.PlaceClosed(locked=False),
    errors.PermissionsMissing: errors.PermissionsMissing(["View Channel", "Attach Files"]),
    errors.TooManyRuns: errors.TooManyRuns(2, everybody=False),
    result_errors.NotYourResult: result_errors.NotYourResult(5, FOREIGN),
    result_errors.GalleryClosed: result_errors.GalleryClosed(5, ["View Channel", "Attach Files"]),
    several.CostNeeded: several.CostNeeded("0011223344556677", FOREIGN, 4, 0.04, Usual(20, 30)),
    result_errors.TakesNoPicture: result_errors.TakesNoPicture(FOREIGN),
    result_errors.RoomForFewer: result_errors.RoomForFewer(7, 3),
    result_errors.RunUnknown: result_errors.RunUnknown(FOREIGN),
    result_errors.SurfaceTooSmall: result_errors.SurfaceTooSmall(2**20),
    result_errors.TooManyAtOnce: result_errors.TooManyAtOnce(4),
    errors.StoreHeld: errors.StoreHeld(FOREIGN, 7, datetime.now(UTC), datetime.now(UTC)),
    errors.StoreFailed: errors.StoreFailed("the disk is full"),
}


def kinds_of(kind: type[CoreError]) -> Iterator[type[CoreError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from kinds_of(below)


# only ours: a test of something else may have made more
KINDS = [kind for kind in kinds_of(CoreError) if kind.__module__.startswith(("core.", "cogs."))]


def sample(kind: type[CoreError]) -> CoreError:
    if kind in SAMPLES:
        return SAMPLES[kind]
    return kind("POST /run/deployment/queue", 500) if issubclass(kind, ApiError) else kind()


def markup_in(sentence: str) -> list[str]:
    """Formats, links and mentions of others that would show in a sentence, outside of code."""
    outside = re.sub(r"\\[^A-Za-z0-9\s]|`[^`]+`", "x", sentence)
    outside = re.sub(r"\*\*[^*]+\*\*", "x", outside)  # names stand in bold
    return re.findall(r"[*_~|`\[\]<]|@everyone|@here|://", outside)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_has_words(kind: type[CoreError]) -> None:
    words = words_for(sample(kind))

    assert words == words.strip()
    assert re.match(r"[A-Z]", words)
    assert words.endswith((".", "?", "!", '"`.'))
    assert len(words) <= MOST


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_words_show_what_is_not_for_people(kind: type[CoreError]) -> None:
    words = words_for(sample(kind))

    assert "None" not in words
    assert kind.__name__ not in words
    assert "/run/deployment/queue" not in words
    assert "Traceback" not in words


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_foreign_text_in_words_is_only_text(kind: type[CoreError]) -> None:
    words = words_for(sample(kind))

    assert set(markup_in(words.replace("<@5>", "somebody"))) == set()
    assert "\u202e" not in words
    assert "X-Amz-" not in words


@pytest.mark.parametrize(
    "kind",
    [kind for kind in KINDS if kind not in {CoreError, ApiError, file_errors.FileError}],
    ids=lambda kind: kind.__name__,
)
def test_no_error_has_to_do_with_the_words_of_all_errors(kind: type[CoreError]) -> None:
    assert words_for(sample(kind)) not in {words_for(CoreError()), words_for(ApiError("GET /x"))}


class NewError(CoreError):
    """Of a kind that nobody has found words for yet."""


class NewApiError(ApiError):
    """Of a kind that nobody has found words for yet."""


@pytest.mark.parametrize(
    ("new", "known"),
    [(NewError("secret"), CoreError()), (NewApiError("GET /x"), ApiError("GET /x"))],
)
def test_a_new_error_has_the_words_of_its_kind(new: CoreError, known: CoreError) -> None:
    assert words_for(new) == words_for(known)


@pytest.mark.parametrize(
    "error", [ValueError("secret"), RuntimeError(), KeyboardInterrupt(), ExceptionGroup("secret", [OSError()])]
)
def test_what_nobody_thought_of_has_words_too(error: BaseException) -> None:
    words = words_for(error)

    assert words.endswith(".")
    assert "secret" not in words


@pytest.mark.parametrize(
    ("kind", "status"), [(discord.Forbidden, 403), (discord.NotFound, 404), (discord.HTTPException, 400)]
)
def test_discords_own_errors_have_words_that_do_not_repeat_them(kind: type[discord.HTTPException], status: int) -> None:
    answer = SimpleNamespace(status=status, reason="secret")

    words = words_for(kind(answer, {"code": 50013, "message": "secret"}))

    assert "Discord" in words
    assert "secret" not in words


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("choices", [(), ("a",), ("photo", "ink") * 40])
def test_every_fault_has_words(fault: Fault, choices: tuple[str, ...]) -> None:
    words = problem_words(Problem("cfg", fault, given="x", choices=choices))

    assert words.startswith("**cfg** ")
    assert words.endswith((".", ".`", "`."))
    assert "  " not in words
    assert "None" not in words


@pytest.mark.parametrize(
    ("minimum", "maximum", "words"),
    [
        (1, 30, "**cfg** must be 1 to 30 (you wrote `31`)."),
        (0.5, None, "**cfg** must be 0.5 or more (you wrote `31`)."),
        (None, 30.0, "**cfg** must be 30 or less (you wrote `31`)."),
        (None, None, "**cfg** is out of range (you wrote `31`)."),
    ],
)
def test_a_range_is_said_as_far_as_it_is_known(minimum: float | None, maximum: float | None, words: str) -> None:
    assert problem_words(Problem("cfg", Fault.OUT_OF_RANGE, "31", minimum, maximum)) == words


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (
            Problem("x", Fault.UNKNOWN, choices=("a", "b")),
            "**x** is not an input of this deployment. It has: `a`, `b`.",
        ),
        (
            Problem("Clip", Fault.MISSING, "clip"),
            "**Clip** is missing. Give a file, or a link to one.",
        ),
        (Problem("x", Fault.UNKNOWN), "**x** is not an input of this deployment: it has none."),
        (Problem("x", Fault.NOT_AN_OPTION, "c", choices=("a", "b")), "**x** must be one of `a`, `b` (you wrote `c`)."),
        (
            Problem("", Fault.UNREADABLE, "=5"),
            '**(no name)** cannot be read (you wrote `=5`). Write `name=value; other="quoted; value"`.',
        ),
    ],
)
def test_a_problem_says_what_would_be_right(problem: Problem, words: str) -> None:
    assert problem_words(problem) == words


def test_many_choices_are_counted() -> None:
    words = problem_words(Problem("x", Fault.NOT_AN_OPTION, "z", choices=tuple(map(str, range(20)))))

    assert "`11` and 8 more (you wrote `z`)." in words


def test_a_form_with_problems_lists_them_and_counts_the_rest() -> None:
    few, many = [Problem(name, Fault.MISSING_PICTURE) for name in ("a", "b")], [Problem("x", Fault.TWICE)] * 20

    few_lines = words_for(InputsInvalid(few, "Portraits")).splitlines()
    many_lines = words_for(InputsInvalid(many)).splitlines()

    assert few_lines[0] == "Nothing was started. Please change this for **Portraits**:"
    assert few_lines[1:] == [f"- **{name}** is missing. Give a picture, or a link to one." for name in ("a", "b")]
    assert len(many_lines) == 2 + MOST_PROBLEMS
    assert many_lines[-1] == "…and 12 more."


@pytest.mark.parametrize(
    ("error", "part"),
    [
        (TooManyRuns(1, everybody=False), "You have a run under way"),
        (TooManyRuns(3, everybody=False), "You have 3 runs under way"),
        (TooManyRuns(2, everybody=False, waiting=5), "You have 2 runs under way and 5 waiting in line, which is"),
        (TooManyRuns(20, everybody=True), "All 20 places for runs are taken. Please"),
        (TooManyRuns(20, everybody=True, waiting=1), "are taken, and you have 1 waiting in line. Please"),
        (errors.StoreFailed("the disk is full"), "nothing was started"),
        (CannotCancel("comfy-deploy-serverless"), "Try again in a few seconds"),
        (CannotCancel("classic"), "This machine kind cannot cancel"),
        (CannotCancel(None), "This machine kind cannot cancel"),
        (FileTooLarge("a.png", limit=2**20, size=3 * 2**20), "(3.0 MB): at most 1.0 MB"),
        (FileTooLarge("a.png", limit=2**20), "is too large: at most 1.0 MB"),
        (
            FileTooLarge("a.png", limit=2**20, size=2**20 + 1),
            "a little too large: at most 1.0 MB. Nothing",
        ),
        (
            FileHostRefused("a.png", host="10.0.0.1"),
            "from `10.0.0.1`: a link must start with `https://` and lead to a pub",
        ),
        (FileHostRefused("a.png", host=""), "A link must start with `https://` and lead to a public address. Attach"),
        (FileOfOtherKind("a", wanted="video"), "`a` is not a video that can be read. Attach an MP4, MOV"),
        (FileOfOtherKind("a", wanted="audio"), "`a` is not an audio file that can be read. Attach a WAV"),
        (FileOfOtherKind("a", wanted="EXR image"), "`a` is not an EXR image that can be read. Attach an OpenEXR file."),
        (FileOfOtherKind("a", wanted=".pdf, .zip"), "`a` is of another kind than is wanted: `.pdf, .zip`."),
        (FileDamaged("a.png"), "`a.png` is damaged: its end is missing."),
        (operator_errors.UploadRefused(FileTooLarge("a.json", limit=2**20)), "at most 1.0 MB. Nothing was uploaded."),
        (operator_errors.UploadRefused(file_errors.FileError("a.json")), "could not be used. Nothing was uploaded."),
        (
            operator_errors.ChangeInvalid([Problem("endpoint", Fault.NOT_AN_ADDRESS)]),
            "Nothing was changed. Please change this:\n- **endpoint** must be an address such as",
        ),
        (operator_errors.ChangeRefused("machine.add"), "did not accept this. Nothing was changed."),
        (operator_errors.ChangeUnclear("machine.add"), "did not say whether it was done. Look at `/machines` before"),
        (operator_errors.ChangeUnclear("workflow.upload"), "Look at `/workflows` before"),
        (operator_errors.ChangeUnclear("deployment.create"), "Look at `/deployments` before"),
        (operator_errors.VersionUnknown(), "no version that could be deployed"),
        (operator_errors.VersionUnknown(9), "no version 9. `/workflows` shows"),
        (
            operator_errors.SharesOnly("production"),
            "deletes shares only; this one is `production`. Delete it on its website, or delete its workflow.",
        ),
        (operator_errors.AskedByAnother(), "Somebody else pressed it a moment ago."),
        (
            operator_errors.EnvironmentUnclear("a", None, ["staging", "preview"]),
            "**a** is deployed to `staging`, `preview`.",
        ),
        (
            operator_errors.EnvironmentUnclear("a", "preview", ["staging"]),
            "not deployed to `preview`, but to `staging`.",
        ),
        (operator_errors.EnvironmentUnclear("a", "preview", []), "is not deployed at all"),
        (errors.PermissionsMissing(["View Channel", "Attach Files"]), "it needs View Channel, Attach Files."),
        (errors.DeploymentNotHere("Fox (staging)"), "The deployment **Fox (staging)** is not on offer in this server."),
        (errors.FormExpired(), "`/generate more_inputs:True` opens a new one."),
        (errors.FormExpired(["a *fox*", "```x"]), "What you typed:\n```\na *fox*\n```\n```\n'''x\n```"),
        (FormNeeded(CHANGED), "has changed since. Nothing was started. Press **Again**"),
        (FormNeeded(WANTED), "could not be shown. Nothing was started. Please try again."),
        (NoTaker(InputKind.IMAGE), "Nothing on offer here takes a picture."),
        (NoTaker(InputKind.IMAGE, 2), "Nothing on offer here takes several pictures."),
        (NoTaker(InputKind.FILE), "Nothing on offer here takes such a file."),
        (errors.DeploymentNotFound("x"), "`/deployments` lists what can be run"),
        (errors.DeploymentNotFound("x", ["y"]), "Did you mean **y**?"),
        (
            errors.DeploymentNotFound("x", ["y"], errors.Flaw.ODD),
            "`x` cannot be run now. What ComfyUI Deploy says of it",
        ),
    ],
)
def test_words_follow_the_facts(error: CoreError, part: str) -> None:
    assert part in words_for(error)


problems = st.lists(
    st.builds(
        Problem,
        texts,
        st.sampled_from(Fault),
        texts,
        st.none() | st.floats(),
        st.none() | st.integers(),
        st.lists(texts, max_size=20).map(tuple),
    ),
    min_size=1,
    max_size=30,
)


@QUICK
@given(problems, texts)
def test_any_problems_fit_into_a_message(found: list[Problem], deployment: str) -> None:
    words = words_for(InputsInvalid(found, deployment))

    assert len(words) <= MOST
    assert markup_in(words) == []
