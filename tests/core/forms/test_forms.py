"""From a wish to an order, or to a form that keeps what was given until it is one."""

import pytest

from core.comfydeploy.errors import ApiError
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.values import Adjusted, Attached, Given
from core.errors import (
    DeploymentNotFound,
    DeploymentNotHere,
    Fault,
)
from core.file_errors import FileTooLarge
from core.forms.form import PickNeeded
from core.forms.forms import Forms
from core.forms.wish import Wish
from core.uploads import LARGEST_INPUT
from tests.core.forms.counter import (
    ANNA,
    BERT,
    FOX,
    HERE,
    HUGE,
    MANY_STEPS,
    PICTURE,
    SECOND,
    SEED,
    VERBS,
    Counter,
    Verb,
    faults_of,
    good_form,
    needed,
    wrong_form,
)

# -- from a wish --


async def test_what_fits_is_an_order_and_leaves_no_form(counter: Counter) -> None:
    order = await counter.forms.order(FOX)

    assert order.fitted.values == {"prompt": "a fox", "steps": 7, "seed": SEED}
    assert (order.deployment.label, order.owner, order.parent) == ("words", ANNA, None)
    assert len(counter.drafts) == 0


async def test_all_that_is_wrong_is_told_at_once(forms: Forms) -> None:
    wish = Wish(ANNA, "film", Given(seed=5, negative="b"), "clip=clip.mp4; foo=1; prompt; prompt=b; prompt=c")

    form = await needed(forms.order(wish))

    assert faults_of(form.problems) == [
        ("prompt", Fault.UNREADABLE),
        ("prompt", Fault.TWICE),
        ("negative", Fault.NO_PLACE),
        ("seed", Fault.NO_PLACE),
        ("foo", Fault.UNKNOWN),
        ("clip", Fault.NOT_A_LINK),
        ("batch", Fault.MISSING_PICTURE),
    ]


async def test_a_file_that_says_it_is_too_large_is_told_with_all_else(forms: Forms) -> None:
    form = await needed(forms.order(Wish(ANNA, "picture", Given(image=HUGE), "steps=many")))

    assert faults_of(form.problems) == [("image", Fault.FILE), ("steps", Fault.NOT_A_NUMBER)]
    error = form.problems[0].file
    assert isinstance(error, FileTooLarge)
    assert (error.name, error.limit, error.size) == ("huge.png", LARGEST_INPUT, LARGEST_INPUT + 1)


async def test_what_was_given_is_kept_as_it_was(forms: Forms) -> None:
    form = await needed(forms.order(Wish(ANNA, "picture", Given(image=PICTURE), "steps=many")))

    assert form.values == {"image": (PICTURE,), "steps": "many"}
    assert await forms.show(form.id, ANNA) == form
    assert faults_of(form.problems) == [("steps", Fault.NOT_A_NUMBER)]


async def test_who_wants_to_see_the_form_sees_it_though_nothing_is_missing(forms: Forms) -> None:
    form = await needed(forms.order(Wish(ANNA, "words", Given(prompt="a fox"), wants_form=True)))

    assert (form.is_ready, form.is_wanted, form.values) == (True, True, {"prompt": "a fox"})
    order = await forms.order_of(form.id, ANNA)
    assert order.fitted.values == {"prompt": "a fox", "seed": SEED}


async def test_numbers_beyond_their_range_are_told_in_the_form_and_in_the_order(forms: Forms) -> None:
    wide = Adjusted("width", "9000", "2048", 64, 2048)

    order = await forms.order(Wish(ANNA, "words", Given(), "width=9000"))
    form = await needed(forms.order(Wish(ANNA, "words", Given(), "width=9000", wants_form=True)))

    assert (order.fitted.adjusted, order.fitted.values["width"]) == ((wide,), 2048)
    assert form.adjusted == (wide,)


async def test_what_is_not_on_offer_here_is_refused(counter: Counter) -> None:
    await counter.offering.change(HERE, [counter.id_of("words")])

    with pytest.raises(DeploymentNotHere):
        await counter.forms.order(Wish(ANNA, "picture"))

    assert len(counter.drafts) == 0


async def test_a_name_that_nothing_has_keeps_what_was_given_for_what_is_picked_instead(counter: Counter) -> None:
    with pytest.raises(PickNeeded) as caught:
        await counter.forms.order(Wish(ANNA, "wrds", Given(prompt="a fox")))

    begun = counter.forms.begun(caught.value.draft, ANNA)
    assert isinstance(caught.value.cause, DeploymentNotFound)
    assert begun.labels == ("words",)
    form = await counter.forms.choose(begun.id, ANNA, counter.id_of("words"))
    assert (form.is_ready, form.values) == (True, {"prompt": "a fox"})


async def test_the_last_one_is_not_run_where_what_was_given_has_no_place(counter: Counter) -> None:
    await counter.forms.done(await counter.forms.order(FOX))

    with pytest.raises(PickNeeded):
        await counter.forms.order(Wish(ANNA, None, Given(image=PICTURE)))


# -- a wish that does not say what to run --


async def test_without_a_deployment_it_is_the_persons_last_one(counter: Counter) -> None:
    await counter.offering.change(HERE, default=counter.id_of("picture"))
    await counter.forms.done(await counter.forms.order(FOX))

    assert (await counter.forms.order(Wish(ANNA, None, Given(prompt="b")))).deployment.label == "words"


async def test_who_ran_nothing_here_yet_gets_the_servers_default(counter: Counter) -> None:
    await counter.offering.change(HERE, default=counter.id_of("words"))

    assert (await counter.forms.order(Wish(BERT, None))).deployment.label == "words"


async def test_where_there_is_but_one_it_is_that(counter: Counter) -> None:
    await counter.offering.change(HERE, [counter.id_of("words")])

    assert (await counter.forms.order(Wish(BERT, None))).deployment.label == "words"


async def test_else_it_is_picked_and_nothing_of_what_was_given_is_lost(counter: Counter) -> None:
    wish = Wish(ANNA, None, Given(prompt="a fox"), "steps=7; steps; foo=1", wants_form=True)
    with pytest.raises(PickNeeded) as caught:
        await counter.forms.order(wish)

    form = await counter.forms.choose(caught.value.draft, ANNA, counter.id_of("words"))

    assert form.values == {"prompt": "a fox", "steps": "7"}
    assert faults_of(form.problems) == [("steps", Fault.UNREADABLE), ("foo", Fault.UNKNOWN)]
    assert form.is_wanted
    assert not form.drift


async def test_what_was_given_goes_to_another_that_is_picked_instead(counter: Counter) -> None:
    draft = counter.forms.begin(ANNA, Given(prompt="a fox", image=PICTURE))

    first = await counter.forms.choose(draft.id, ANNA, counter.id_of("words"))
    second = await counter.forms.choose(draft.id, ANNA, counter.id_of("picture"))

    assert (first.values, faults_of(first.problems)) == ({"prompt": "a fox"}, [("image", Fault.NO_PLACE)])
    assert (second.values, faults_of(second.problems)) == ({"image": (PICTURE,)}, [("prompt", Fault.NO_PLACE)])


async def test_files_at_hand_go_to_the_inputs_that_take_them(counter: Counter) -> None:
    one, both = (
        (Attached(InputKind.IMAGE, PICTURE),),
        (Attached(InputKind.IMAGE, PICTURE), Attached(InputKind.IMAGE, SECOND)),
    )
    draft = counter.forms.begin(ANNA, Given(attached=both), is_wanted=True)

    batch = await counter.forms.choose(draft.id, ANNA, counter.id_of("film"))
    counter.forms.give(draft.id, ANNA, Given(attached=one))
    single = await counter.forms.choose(draft.id, ANNA, counter.id_of("picture"))

    assert counter.forms.begun(draft.id, ANNA).given == Given(attached=one)
    assert batch.values == {"batch": (PICTURE, SECOND)}
    assert single.values == {"image": (PICTURE,)}


async def test_a_form_may_be_opened_empty(counter: Counter) -> None:
    form = await counter.forms.open(counter.id_of("picture"), ANNA)

    assert (form.values, form.is_wanted, faults_of(form.problems)) == ({}, True, [("image", Fault.MISSING_PICTURE)])


async def test_what_may_not_be_run_here_is_not_opened(counter: Counter) -> None:
    await counter.offering.change(HERE, [counter.id_of("words")])

    with pytest.raises(DeploymentNotHere):
        await counter.forms.open(counter.id_of("picture"), ANNA)


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS.keys())
async def test_nothing_can_be_done_with_a_form_before_its_deployment_is_picked(forms: Forms, verb: Verb) -> None:
    draft = forms.begin(ANNA, Given())

    with pytest.raises(PickNeeded) as caught:
        await verb(forms, draft.id, ANNA)

    assert caught.value.draft == draft.id
    assert forms.seen(draft.id, ANNA) == ()


# -- what memory alone can tell --


async def test_a_check_refuses_from_memory_what_an_order_would(counter: Counter) -> None:
    before = len(counter.shelf.requests)

    form = await needed(counter.forms.check(MANY_STEPS))
    await counter.forms.check(FOX)

    assert form.values == {"prompt": "a fox", "steps": "many"}
    assert await counter.forms.show(form.id, ANNA) == form
    assert len(counter.shelf.requests) == before


async def test_an_outdated_memory_refuses_nothing(counter: Counter) -> None:
    form = await wrong_form(counter.forms)
    counter.catalog.invalidate("deployments")

    await counter.forms.check(MANY_STEPS)
    await counter.forms.check(Wish(ANNA, "sculpture"))
    await counter.forms.check_draft(form.id, ANNA)


async def test_a_check_of_a_form_says_what_is_wrong(forms: Forms) -> None:
    form = await wrong_form(forms)

    assert await needed(forms.check_draft(form.id, ANNA)) == form
    await forms.check_draft((await good_form(forms)).id, ANNA)


async def test_what_is_refused_for_two_leads_each_back_to_their_own_form(counter: Counter) -> None:
    shared = ApiError("POST /run/deployment/queue", 500)
    drafts = [counter.forms.begin(person, Given()) for person in (ANNA, BERT)]

    told = [counter.forms.kept(draft, shared) for draft in drafts]

    assert [error.kept_in for error in told] == [draft.id for draft in drafts]
    assert [(type(error), str(error)) for error in told] == [(ApiError, str(shared))] * 2
    assert shared.kept_in is None
