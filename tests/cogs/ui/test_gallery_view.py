"""What is put up in a gallery: credit, files as far as one message takes them, and nothing dangerous."""

import io
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui import limits
from cogs.ui.buttons import is_ours
from cogs.ui.endings import Frame
from cogs.ui.gallery_view import already_kept_embed, exhibit_message, kept_embed
from core.comfydeploy.outputs import Media
from core.result_errors import AlreadyKept
from core.results.keeping import Exhibit
from core.runs.view import Fetched, LeftOut, RunView
from tests.anything import QUICK, texts
from tests.cogs.ui.screens import ASKED, REQUESTER, RUN, SIGNED, check_embed, check_screen

LINK = "https://discord.com/channels/1/2/3"
GUEST = 7


def fetched(number: int, size: int) -> Fetched:
    media = Media(f"https://a.example/{number}.png", f"{number}.png")
    return Fetched(media, io.BytesIO(b"x"), f"fox_5_{number}.png", size)


def a_view(files: int = 1, size: int = 1, **facts: Any) -> RunView:  # noqa: ANN401 -- any fact of a view
    usual = {"deployment": "Portraits", "requester": REQUESTER, "asked_at": ASKED, "run_id": RUN, "delivered": True}
    return RunView(**{**usual, "files": tuple(fetched(number, size) for number in range(files)), **facts})


def put_up(view: RunView, kept_by: int = REQUESTER, frame: Frame | None = None) -> dict[str, Any]:
    return exhibit_message(Exhibit(view, kept_by), limits.UPLOAD, frame or Frame())


def words(message: dict[str, Any]) -> str:
    return str(message["embed"].description)


def test_it_says_who_made_it_of_what_and_where_it_is_from() -> None:
    said = words(put_up(a_view(prompt="a fox", seed=5), frame=Frame(link=LINK)))

    assert said == f"> a fox\n-# by <@{REQUESTER}> · seed `5` · [the original ↗]({LINK})"


@pytest.mark.parametrize(("kept_by", "is_said"), [(REQUESTER, False), (GUEST, True)])
def test_who_kept_it_is_named_where_that_is_somebody_else(kept_by: int, is_said: bool) -> None:
    assert (f"kept by <@{GUEST}>" in words(put_up(a_view(), kept_by))) == is_said


@pytest.mark.parametrize(
    ("files", "size", "shown", "count"),
    [(10, 1, 10, None), (14, 1, 10, "10 of 14 files"), (4, limits.UPLOAD, 2, "2 of 4 files")],
)
def test_one_message_has_as_many_files_as_it_takes_and_says_so(
    files: int, size: int, shown: int, count: str | None
) -> None:
    message = put_up(a_view(files, size))

    assert len(message["attachments"]) == shown
    assert count in words(message) if count else " of " not in words(message)


def test_what_could_not_be_had_is_counted_without_its_address() -> None:
    message = put_up(
        a_view(left_out=(LeftOut(Media(SIGNED, "a.png"), 2**30, limits.UPLOAD, ASKED),), texts=("x" * 5000,))
    )

    assert ("1 of 2 files" in words(message), "example" in words(message), len(message["attachments"])) == (
        True,
        False,
        1,
    )
    check_embed(message["embed"])


def test_its_buttons_are_those_of_a_gallery_and_its_files_stay_hidden() -> None:
    message = put_up(a_view(), frame=Frame(hidden=True))

    ids = [item["custom_id"] for row in message["view"].to_components() for item in row["components"]]
    assert [item.split(":")[1] for item in ids] == ["copy", "details", "delete"]
    assert all(is_ours(item) for item in ids)
    assert message["attachments"][0].spoiler


@given(texts, texts, st.one_of(st.none(), st.integers()))
@QUICK
def test_whatever_a_run_is_called_and_made_of_can_be_put_up(name: str, prompt: str, seed: int | None) -> None:
    message = put_up(a_view(deployment=name, prompt=prompt, seed=seed), frame=Frame(link=LINK))

    assert message["allowed_mentions"].to_dict() == discord.AllowedMentions.none().to_dict()
    check_embed(message["embed"])


@pytest.mark.parametrize(
    ("embed", "part"),
    [
        (kept_embed(LINK), f"It is in [the gallery]({LINK})"),
        (already_kept_embed(AlreadyKept(LINK)), f"in the gallery already. [There it is ↗]({LINK})"),
        (already_kept_embed(AlreadyKept()), "on its way"),
    ],
)
def test_who_keeps_it_is_led_there(embed: discord.Embed, part: str) -> None:
    assert part in str(embed.description)
    check_screen([embed])
