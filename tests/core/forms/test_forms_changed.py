"""Inputs that change under a form: told once, and nothing that was filled in is lost or run unseen."""

import pytest

from core.errors import (
    DeploymentNotHere,
    Fault,
    FormGone,
)
from core.forms.drift import Drift
from tests.core.comfydeploy.graphs import external
from tests.core.forms.counter import (
    ANNA,
    HERE,
    PROMPT,
    STEPS,
    VERBS,
    WIDTH,
    WORDS,
    Counter,
    faults_of,
    good_form,
    needed,
)


async def test_a_change_is_told_once_and_what_is_gone_is_dropped(counter: Counter) -> None:
    form = await good_form(counter.forms)
    counter.change("words", PROMPT, external("NumberInt", "steps", default_value=30), external("Text", "mood"))

    changed = await needed(counter.forms.order_of(form.id, ANNA))

    assert changed.drift == Drift(new=("mood",), gone=("negative", "width", "style", "seed"), changed=("steps",))
    assert changed.values == {"prompt": "a fox", "steps": "7"}
    assert (await counter.forms.order_of(form.id, ANNA)).fitted.values == {"prompt": "a fox", "steps": 7}


async def test_a_screen_tells_of_a_change_before_it_shows_anything_else(counter: Counter) -> None:
    form = await good_form(counter.forms)
    counter.change("words", PROMPT, external("Text", "mood"))
    await counter.remember()

    changed = await needed(counter.forms.show(form.id, ANNA))

    assert changed.drift is not None
    assert changed.drift.new == ("mood",)
    assert await counter.forms.show(form.id, ANNA) == changed


async def test_what_is_filled_in_meanwhile_is_not_lost_and_the_change_is_told_all_the_same(counter: Counter) -> None:
    form = await good_form(counter.forms)
    seen = counter.forms.seen(form.id, ANNA)
    counter.change("words", PROMPT, STEPS, external("Text", "mood"))
    await counter.remember()

    filled = await counter.forms.fill(form.id, ANNA, {"prompt": "a fox", "steps": "9", "style": "oil"})

    assert seen == form.deployment.inputs
    assert filled.drift == Drift(new=("mood",), gone=("negative", "width", "style", "seed"))
    assert filled.values == {"prompt": "a fox", "steps": "9"}
    assert (await counter.forms.order_of(form.id, ANNA)).fitted.values == {"prompt": "a fox", "steps": 9}


@pytest.mark.parametrize("verb", ["fill", "clear"])
async def test_a_change_that_was_told_is_told_no_more_once_the_person_goes_on(counter: Counter, verb: str) -> None:
    form = await good_form(counter.forms)
    counter.change("words", *WORDS, external("Text", "mood"))
    await needed(counter.forms.order_of(form.id, ANNA))

    await VERBS[verb](counter.forms, form.id, ANNA)

    assert (await counter.forms.show(form.id, ANNA)).drift is None


async def test_what_does_not_fit_any_more_is_left_out_and_told_with_the_change(counter: Counter) -> None:
    form = await good_form(counter.forms)
    counter.change("words", PROMPT, external("Enum", "steps", options='["few", "many"]'), external("Image", "image"))

    changed = await needed(counter.forms.order_of(form.id, ANNA))

    assert faults_of(changed.problems) == [("image", Fault.MISSING_PICTURE)]
    assert changed.drift is not None
    assert ("steps" in changed.drift.changed, "steps" in changed.values) == (True, False)
    assert not changed.only_lacks
    assert await needed(counter.forms.order_of(form.id, ANNA)) == changed


async def test_another_version_with_the_same_inputs_is_no_change(counter: Counter) -> None:
    form = await good_form(counter.forms)
    counter.change("words", external("Text", "prompt", default_value="a lake", display_name="What"), *WORDS[:0:-1])

    order = await counter.forms.order_of(form.id, ANNA)

    assert (order.deployment.version, order.fitted.values["steps"]) == (2, 7)
    assert (await counter.forms.show(form.id, ANNA)).drift is None


async def test_no_screen_waits_for_a_newer_list_but_what_is_submitted_does(counter: Counter) -> None:
    form = await good_form(counter.forms)
    counter.change("words", PROMPT, STEPS, WIDTH)

    await counter.forms.check_draft(form.id, ANNA)
    still = await counter.forms.show(form.id, ANNA)
    changed = await needed(counter.forms.order_of(form.id, ANNA))

    assert still == form
    assert changed.drift


async def test_a_deployment_that_is_gone_or_allowed_here_no_more_is_not_run(counter: Counter) -> None:
    first, second = await good_form(counter.forms), await counter.forms.open(counter.id_of("picture"), ANNA)

    await counter.offering.change(HERE, [counter.id_of("words")])
    with pytest.raises(DeploymentNotHere):
        await counter.forms.order_of(second.id, ANNA)
    counter.withdraw("words")
    with pytest.raises(FormGone) as gone:
        await counter.forms.order_of(first.id, ANNA)
    assert gone.value.label == "words"
