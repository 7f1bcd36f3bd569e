"""What to run, picked from pages of cards, for a wish that names no deployment; it lasts as long as the draft; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import discord

from cogs.ui.cards import NOTHING, options_of, page_embeds, page_of
from cogs.ui.embeds import BLURPLE
from cogs.ui.paging import Verbs, paging
from core.offer import Deployment
from core.runs.estimates import Usual

PICKED: Final = re.compile(r"[0-9a-f]{16}-[0-9]{1,9}")  # what the menu hands on: draft and page
TURNED: Final = re.compile(r"[0-9a-f]{16}-[0-9]{1,9}-[01]")  # what Back and Next hand on
VERBS: Final = Verbs("pickpage", "pick", "Pick one…")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked above the cards, and what is said where there is none."""

    title: str
    sentence: str
    nothing: str = NOTHING


GENERATE: Final = Question("What shall it be?", "Pick what to run. `/generate deployment:` finds one by its name.")


class Place(NamedTuple):
    """Which draft something is picked for, and on which page, from 0."""

    draft: str
    page: int


def place_in(what: str) -> Place:
    """Of what has the shape `PICKED` or `TURNED`."""
    draft, page = what.split("-")[:2]
    return Place(draft, int(page))


def picker(
    deployments: Sequence[Deployment],
    place: Place,
    usual: Mapping[str, Usual],
    question: Question = GENERATE,
) -> tuple[list[discord.Embed], discord.ui.View]:
    """The page at `place`, or the nearest that there is, and its menu and buttons.

    `usual` are durations by deployment id, where known, for the items that `page_of` has on this page. The menu's
    choice is a deployment's id.
    """
    page = page_of(deployments, place.page)
    head = discord.Embed(title=question.title, colour=BLURPLE)
    head.description = question.sentence if page.total else question.nothing
    view = paging(page, options_of(page, usual), VERBS, before=f"{place.draft}-")
    return page_embeds(head, page, usual), view
