"""What a suggestion costs while somebody types, how often typing errors are forgiven, and what an index costs.

Every name and everything typed comes from one seed. Beside it, if it can be imported, rapidfuzz on the same questions.
"""

import asyncio
import importlib
import importlib.util
import statistics
import string
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from rich.console import Console

from benchmarks.figures import percentile
from core.search import Index

SEED: Final = 20
ROUNDS: Final = 5
ASKED: Final = 2_000  # texts typed in a round
MISSPELT: Final = 1_000  # names misspelt for each figure
SUGGESTIONS: Final = 25  # what Discord shows
BUDGET: Final = 0.0015  # seconds: the p99 of a suggestion among 10,000 items
STALL: Final = 0.020  # seconds for which the building of 10,000 items may keep the loop from its other work
FOUND: Final = 0.98

Item = tuple[str, str, str]
Find = Callable[[str], Sequence[str]]

_MODELS: Final = (
    "Flux,SDXL,SD 1.5,Pony,Wan 2.1,Hunyuan,LTX,Qwen,Kolors,AuraFlow,PixArt,Cascade,Chroma,HiDream,CogVideo,Mochi,"
    "AnimateDiff,ControlNet,IPAdapter,InstantID,ESRGAN,SUPIR,Florence,SAM2,LivePortrait,Janus,OmniGen,Lumina,Sana,Krea"
)
_ADJECTIVES: Final = (
    "cinematic,dreamy,gloomy,vintage,soft,bright,golden,neon,frozen,ancient,modern,minimal,detailed,painted,isometric,"
    "abstract,realistic,cosy,dark,pastel,glossy,matte,ornate,rustic,stormy,tropical,urban,velvet,wild,winter,handmade,"
    "anime,baroque,chrome,dusty,elegant,floral,gothic,hazy,industrial"
)
_NOUNS: Final = (
    "portrait,landscape,upscale,inpainting,outpainting,background,product,poster,logo,avatar,sticker,texture,tileset,"
    "character,storyboard,thumbnail,wallpaper,packshot,relight,retouch,face swap,style transfer,depth map,lineart,"
    "sketch,animation,interior,architecture,jewellery,fashion,sneaker,vehicle,garden,kitchen,mountain,street,dragon,"
    "robot,castle,spaceship,mascot,icon,pattern,tattoo,comic,cover,banner,headshot,turntable,lip sync"
)
_PLACES: Final = ",,, (staging), (preview), (production), (public-share)"
_COLUMNS: Final = ("p50", "p99", "p99 CPU", "worst", "1 error", "2 errors", "build", "stall", "stall CPU", "bytes/item")
_PURPOSES: Final = "campaign,catalogue,client review,daily posts,experiments,newsletter,print,shop,training,webinar"


@dataclass(frozen=True, slots=True)
class Catalog:
    """How many names, and how they are made; `judged` are those whose misspelt names must be found."""

    title: str
    count: int
    name: Callable[[Random], str]
    judged: bool = False

    def items(self) -> list[Item]:
        """No label twice, a description for most."""
        random = _seeded()
        labels: dict[str, None] = {}
        while len(labels) < self.count:
            labels[self.name(random)] = None
        return [(label, label, _description(random)) for label in labels]


def ordinary(random: Random) -> str:
    """As people name what they deploy: "Flux cinematic portrait v12 (staging)", "sdxl-soft-logo-3.1", "KreaIcon_7"."""
    words = [_one(random, _MODELS), _one(random, _ADJECTIVES), _one(random, _NOUNS)]
    shape = random.random()
    if shape < 0.15:
        return "-".join(" ".join(words).lower().split()) + f"-{random.randint(1, 9)}.{random.randint(0, 9)}"
    if shape < 0.25:
        return "".join(word[0].upper() + word[1:] for word in " ".join(words).split()) + f"_{random.randint(1, 99)}"
    if shape < 0.4:
        del words[random.randrange(3)]
    return f"{' '.join(words)} v{random.randint(1, 40)}{_one(random, _PLACES)}"


def one_family(random: Random) -> str:
    """What anybody begins to type is the beginning of everything."""
    words = f"Flux {_one(random, _ADJECTIVES)} {_one(random, _NOUNS)}"
    return f"{words} v{random.randint(1, 40)}{_one(random, _PLACES)}"


def numbered(random: Random) -> str:
    return f"Flux portrait v{random.randint(1, 99_999)}"


def hashed(random: Random) -> str:
    return f"{random.getrandbits(48):012x} {random.getrandbits(32):08x}"


CATALOGS: Final = (
    Catalog("ordinary", 10_000, ordinary, judged=True),
    Catalog("all of one family", 10_000, one_family, judged=True),
    Catalog("numbered only", 10_000, numbered),
    Catalog("no word twice", 10_000, hashed),
    Catalog("ordinary", 100_000, ordinary, judged=True),
)


def _seeded(number: int = 0) -> Random:
    return Random(SEED + number)  # noqa: S311 -- names and errors, the same each time


def _one(random: Random, words: str) -> str:
    return random.choice(words.split(","))


def _description(random: Random) -> str:
    if random.random() < 0.3:
        return ""
    what = f"{_one(random, _ADJECTIVES)} {_one(random, _NOUNS)}"
    return f"Makes a {what} for the {_one(random, _PURPOSES)}, with {_one(random, _MODELS)}"


def misspelt(random: Random, text: str, errors: int) -> str:
    """With a letter too many, missing, wrong or swapped, `errors` times."""
    for _ in range(errors):
        at = random.randrange(len(text) - 1)
        before, letter, after = text[:at], text[at], text[at + 1 :]
        other = random.choice(string.ascii_lowercase.replace(letter.lower(), ""))
        swapped = before + after[0] + letter + after[1:]
        text = random.choice((before + other + letter + after, before + after, before + other + after, swapped))
    return text


def typed(random: Random, items: Sequence[Item]) -> str:
    """What somebody may have typed so far: all lengths, any part, any order, errors, nonsense."""
    label = random.choice(items)[1]
    start = random.randrange(len(label))
    words = label.lower().split()
    return random.choice(
        (
            label[: start + 1],
            label[: start + 1].lower(),
            label[: random.randint(1, 2)],
            label[start : start + random.randint(2, 8)],
            " ".join(random.sample(words, min(2, len(words)))),
            misspelt(random, label, 1)[: start + 4],
            misspelt(random, label, 2),
            "".join(random.choices(string.ascii_lowercase + " ", k=random.randint(1, 20))),
        )
    )


async def measure_suggestions(console: Console) -> None:
    """One row for each catalog, times in milliseconds; what is promised of 10,000 items has a `!` where it is not kept.

    The processor's time is judged: where others want it too, waiting for it is most of a p99 and of a stall.
    """
    console.print(f"suggestions, in ms: medians of {ROUNDS} rounds of {ASKED:,}; the worst of all")
    console.print(_row("catalog", "items", _COLUMNS))
    for catalog in CATALOGS:
        console.print(_row(catalog.title, f"{catalog.count:,}", await _figures(catalog)))
    _compare(console)


def _row(title: str, count: str, figures: Sequence[str]) -> str:
    return f"{title:18}{count:>8}" + "".join(f"{figure:>11}" for figure in figures)


async def _figures(catalog: Catalog) -> list[str]:
    items = catalog.items()
    builds = [await _build(items) for _ in range(ROUNDS)]
    seconds, stall, own = (statistics.median(column) for column in zip(*builds, strict=True))
    find = _by(Index(items))
    delays = [_delays(find, items, number) for number in range(ROUNDS)]
    p50, p99, work, _ = (statistics.median(column) for column in zip(*delays, strict=True))
    few = catalog.count <= 10_000
    return [
        f"{p50 * 1000:.2f}",
        f"{p99 * 1000:.2f}",
        f"{work * 1000:.2f}{' !' * (few and work > BUDGET)}",
        f"{max(delay[-1] for delay in delays) * 1000:.1f}",
        *(
            f"{share:.1%}{' !' * (catalog.judged and share < FOUND)}"
            for share in (_found(find, items, 1), _found(find, items, 2))
        ),
        f"{seconds * 1000:.0f}",
        f"{stall * 1000:.1f}",
        f"{own * 1000:.1f}{' !' * (few and own > STALL)}",
        f"{_weight(items) / catalog.count:,.0f}",
    ]


def _by(index: Index[str]) -> Find:
    return lambda text: index.find(text, SUGGESTIONS)


def _delays(find: Find, items: Sequence[Item], number: int, asked: int = ASKED) -> tuple[float, float, float, float]:
    """The p50, the p99, the p99 of the processor's time and the worst of a round, in seconds."""
    random = _seeded(number)
    took, worked = [], []
    for text in [typed(random, items) for _ in range(asked)]:
        began, work = time.perf_counter(), time.thread_time()
        find(text)
        worked.append(time.thread_time() - work)
        took.append(time.perf_counter() - began)
    return statistics.median(took), percentile(took, 0.99), percentile(worked, 0.99), max(took)


def _found(find: Find, items: Sequence[Item], errors: int, asked: int = MISSPELT) -> float:
    """The share of names of eight letters or more that are suggested when they are misspelt."""
    random = _seeded()
    labels = random.sample([label for _, label, _ in items if len(label) >= 8], asked)
    return statistics.mean(label in find(misspelt(random, label, errors)) for label in labels)


async def _build(items: Sequence[Item]) -> tuple[float, float, float]:
    """How long a build takes; the longest time in which nothing else had its turn; the work of the longest step."""
    began = turn = time.perf_counter()
    work = time.thread_time()
    stall = own = 0.0
    building = asyncio.create_task(Index.build(items))
    while not building.done():
        await asyncio.sleep(0)
        now, worked = time.perf_counter(), time.thread_time()
        stall, own = max(stall, now - turn), max(own, worked - work)
        turn, work = now, worked
    assert building.result().find("", 1)
    return turn - began, stall, own


def _weight(items: Sequence[Item]) -> int:
    """The bytes that an index adds to its items."""
    tracemalloc.start()
    index = Index(items)
    weight, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert index.find("", 1)
    return weight


def _compare(console: Console) -> None:
    if importlib.util.find_spec("rapidfuzz") is None:
        return
    extract = importlib.import_module("rapidfuzz.process").extract
    items = CATALOGS[0].items()
    names = {label.casefold(): label for _, label, _ in items}
    choices = list(names)

    def theirs(text: str) -> list[str]:
        return [names[name] for name, *_ in extract(text.casefold(), choices, limit=SUGGESTIONS)]

    for title, find in (("this index", _by(Index(items))), ("rapidfuzz's process.extract", theirs)):
        p50, p99, *_ = _delays(find, items, 0, asked=200)
        shares = ", ".join(f"{_found(find, items, errors, asked=200):.1%}" for errors in (1, 2))
        console.print(f"{title}: p50 {p50 * 1000:.2f} ms, p99 {p99 * 1000:.2f} ms, found with 1 and 2 errors {shares}")


if __name__ == "__main__":
    asyncio.run(measure_suggestions(Console(highlight=False, soft_wrap=True)))
