"""Forms as they are filled in: what is taken, what is refused, and when it is over."""

import pytest

from core.comfydeploy.values import Given, Stored
from core.errors import (
    Fault,
    FormExpired,
    InputsInvalid,
)
from core.file_errors import FileDamaged, FileNotAnImage
from core.forms.draft import LIFE
from core.forms.form import file_problem
from core.forms.forms import Forms
from core.forms.wish import Wish
from core.runs.order import Order
from tests.core.forms.counter import (
    ALL_VERBS,
    ANNA,
    BERT,
    FILM,
    HUGE,
    PICTURE,
    SECOND,
    SEED,
    Counter,
    Verb,
    faults_of,
    good_form,
    needed,
    wrong_form,
)

# -- filling in --


async def test_what_is_filled_in_takes_the_place_of_what_was_there(forms: Forms) -> None:
    form = await wrong_form(forms)

    filled = await forms.fill(form.id, ANNA, {"steps": "9", "style": "oil"}, 1)

    assert filled.values == {"prompt": "a fox", "steps": "9", "style": "oil"}
    assert (filled.is_ready, filled.next) == (True, 1)
    assert (await forms.order_of(form.id, ANNA)).fitted.values == {**filled.values, "steps": 9, "seed": SEED}


@pytest.mark.parametrize("nothing", ["", ()])
async def test_nothing_is_the_default_again(forms: Forms, nothing: str | tuple[()]) -> None:
    form = await wrong_form(forms)

    filled = await forms.fill(form.id, ANNA, {"steps": nothing, "style": nothing})

    assert filled.values == {"prompt": "a fox"}
    assert filled.is_ready


async def test_what_is_left_out_stays_and_what_no_input_asks_for_is_ignored(forms: Forms) -> None:
    form = await wrong_form(forms)
    await forms.fill(form.id, ANNA, {}, 2)

    filled = await forms.fill(form.id, ANNA, {"foo": "1"})

    assert (filled.values, filled.next) == (form.values, 2)
    assert faults_of(filled.problems) == [("steps", Fault.NOT_A_NUMBER)]


async def test_what_a_command_said_for_no_input_is_told_until_it_is_left_out(forms: Forms) -> None:
    form = await needed(forms.order(Wish(ANNA, "words", Given(), "foo=1")))
    again = await needed(forms.order_of(form.id, ANNA))

    filled = await forms.fill(form.id, ANNA, {"prompt": "a fox"})

    unknown = [("foo", Fault.UNKNOWN)]
    assert faults_of(form.problems) == faults_of(again.problems) == faults_of(filled.problems) == unknown
    left_out = await forms.leave_out(form.id, ANNA)
    assert (left_out.is_ready, left_out.values) == (True, {"prompt": "a fox"})


async def test_start_over_forgets_all_that_was_given(forms: Forms) -> None:
    form = await needed(forms.order(Wish(ANNA, "picture", Given(image=HUGE), "steps=many; foo=1")))
    await forms.fill(form.id, ANNA, {"steps": "9"}, 1)

    cleared = await forms.clear(form.id, ANNA)

    assert (cleared.values, cleared.next) == ({}, 0)
    assert faults_of(cleared.problems) == [("image", Fault.MISSING_PICTURE)]


async def test_what_is_looked_for_is_kept_without_what_is_around_it(forms: Forms) -> None:
    form = await wrong_form(forms)

    assert (await forms.look_for(form.id, ANNA, f"  {'x' * 200} ")).search == "x" * 100
    assert (await forms.show(form.id, ANNA)).search == "x" * 100


# -- files that turned out to be none --


async def ordered(forms: Forms, wish: Wish) -> tuple[Order, list[str]]:
    order = await forms.order(wish)
    return order, [item.key for item in order.fitted.files]


async def test_files_that_are_refused_are_told_and_all_else_is_kept(forms: Forms) -> None:
    order, files = await ordered(forms, Wish(ANNA, "film", Given(image=PICTURE), f"clip={FILM.where}; prompt=b"))
    clip, batch = order.deployment.inputs[:2]
    problems = [file_problem(batch, FileNotAnImage("a.png")), file_problem(batch, FileDamaged("b.png"))]

    form = await needed(_raised(forms.refused(order, InputsInvalid(problems))))

    assert sorted(files) == ["batch", "clip"]
    assert form.problems == tuple(problems)  # and not that it is missing
    assert form.values == {"clip": FILM.where, "prompt": "b"}
    assert form.wrong == (batch,)
    assert clip not in form.wrong


async def test_another_file_settles_it_and_nothing_else_does(forms: Forms) -> None:
    order, _ = await ordered(forms, Wish(ANNA, "picture", Given(image=PICTURE)))
    refused = file_problem(order.deployment.inputs[0], FileNotAnImage("a.png"))
    form = await needed(_raised(forms.refused(order, InputsInvalid([refused]))))

    other = await forms.fill(form.id, ANNA, {"steps": "9"})
    right = await forms.fill(form.id, ANNA, {"image": (SECOND,)})

    assert other.problems == (refused,)
    assert (right.problems, right.values) == ((), {"image": (SECOND,), "steps": "9"})


async def test_a_text_that_was_emptied_stays_so_when_a_file_is_refused(forms: Forms) -> None:
    order = await forms.order(Wish(ANNA, "film", Given(image=PICTURE), "clip=https://files.example/a.mp4; prompt="))
    batch = next(item for item in order.deployment.inputs if item.key == "batch")
    refused = file_problem(batch, FileNotAnImage(PICTURE.name))

    told = await needed(_raised(forms.refused(order, InputsInvalid([refused]))))

    assert told.values == {"prompt": "", "clip": "https://files.example/a.mp4"}


async def test_a_link_that_is_refused_stays_to_be_mended(forms: Forms) -> None:
    order, _ = await ordered(forms, Wish(ANNA, "picture", Given(), f"image={PICTURE.where}"))
    refused = file_problem(order.deployment.inputs[0], FileNotAnImage("a.png"))

    form = await needed(_raised(forms.refused(order, InputsInvalid([refused]))))

    assert (form.problems, form.values) == ((refused,), {"image": PICTURE.where})
    assert (await forms.fill(form.id, ANNA, {"image": f"{SECOND.where}"})).is_ready


async def test_an_order_without_a_form_raises_what_it_was(forms: Forms) -> None:
    order = await forms.order(Wish(ANNA, "picture", Given(image=PICTURE)))
    invalid = InputsInvalid([file_problem(order.deployment.inputs[0], FileNotAnImage("a.png"))])

    assert forms.refused(Order(order.deployment, order.fitted, ANNA), invalid) is invalid


async def _raised(error: Exception) -> None:
    raise error


# -- the end of a form --


async def test_what_was_submitted_leaves_no_form_and_is_the_persons_last_one(counter: Counter) -> None:
    form = await good_form(counter.forms)

    await counter.forms.done(await counter.forms.order_of(form.id, ANNA))

    with pytest.raises(FormExpired):
        await counter.forms.show(form.id, ANNA)
    assert (await counter.settings.get_person(ANNA.user)).last == counter.id_of("words")


async def test_an_order_alone_ends_no_form(forms: Forms) -> None:
    form = await good_form(forms)

    await forms.order_of(form.id, ANNA)

    assert await forms.show(form.id, ANNA) == form


@pytest.mark.parametrize("verb", ALL_VERBS.values(), ids=ALL_VERBS.keys())
async def test_a_form_is_over_for_others_and_after_its_time_and_once_it_is_dropped(
    counter: Counter, verb: Verb
) -> None:
    forms = counter.forms
    left, dropped = await good_form(forms), await good_form(forms)
    forms.drop(dropped.id, ANNA)

    for form, actor in ((left, BERT), (dropped, ANNA)):
        with pytest.raises(FormExpired):
            await verb(forms, form.id, actor)
    counter.clock.now += LIFE + 1
    with pytest.raises(FormExpired):
        await verb(forms, left.id, ANNA)


# -- of an earlier run --


async def test_a_form_of_an_earlier_run_makes_its_orders_know_it(counter: Counter) -> None:
    form = await wrong_form(counter.forms)
    draft = counter.drafts.get(form.id, ANNA.user)
    draft.parent, draft.values = "run", {"prompt": "b", "steps": "7"}

    order = await counter.forms.order_of(form.id, ANNA)

    assert order.parent == "run"
    assert (await counter.forms.show(form.id, ANNA)).parent == "run"


async def test_files_that_are_stored_need_no_upload(forms: Forms) -> None:
    form = await needed(forms.order(Wish(ANNA, "picture")))
    await forms.fill(form.id, ANNA, {"image": (Stored("a.png", "https://files.example/stored.png"),)})

    order = await forms.order_of(form.id, ANNA)

    assert (order.fitted.values, order.fitted.files) == ({"image": "https://files.example/stored.png"}, {})
