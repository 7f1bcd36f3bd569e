"""What can be run: the deployments on offer, from ComfyUI Deploy, kept for a while.

The list embeds every workflow, so it is read in small pages and only what is needed is kept. One workflow that the
server cannot describe makes its whole list answer 500; then each workflow is asked for its own deployments.
"""

import difflib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

import structlog

from core.cache import Cached, Counters, Kept
from core.comfydeploy.client import PAGE, ComfyDeploy, read_items
from core.comfydeploy.inputs import Input, Roles, find_roles, parse_inputs
from core.comfydeploy.models import DeploymentRow, Workflow
from core.comfydeploy.outputs import Kind, made_by
from core.errors import ApiError, DeploymentAmbiguous, DeploymentNotFound, NotFound, ServerFault

log = structlog.get_logger(__name__)

PRODUCTION: Final = "production"
ENVIRONMENTS: Final = (PRODUCTION, "staging", "public-share", "private-share", "community-share", "preview")


@dataclass(frozen=True, slots=True)
class Deployment:
    """One thing that can be run. `label` tells it apart from all others on offer; texts are foreign."""

    id: str
    name: str
    environment: str
    workflow_id: str
    version: int | None
    description: str
    inputs: tuple[Input, ...]
    makes: Kind
    label: str = ""
    is_fluid: bool = False

    @property
    def roles(self) -> Roles:
        return find_roles(self.inputs)


@dataclass(frozen=True, slots=True)
class Offer:
    """All deployments on offer, by name, and the workflows whose deployments could not be read."""

    deployments: tuple[Deployment, ...] = ()
    unreadable: tuple[str, ...] = ()


class Catalog:
    """The offer with a time to live (seconds); when the API fails, the last good one."""

    def __init__(self, api: ComfyDeploy, environments: Iterable[str], ttl: float) -> None:
        self._api = api
        self._environments = tuple(environments)
        self._offer = Cached(self._load, ttl)

    async def list_deployments(self) -> Kept[Offer]:
        """The offer, at most `ttl` old, or marked as stale.

        Raises:
            ApiError: the API failed and there never was an offer.
        """
        return await self._offer.get()

    def peek(self) -> Kept[Offer] | None:
        """The offer in memory whatever its age, None before the first; never waits, and has it refreshed when due."""
        return self._offer.peek()

    def recall(self) -> Offer | None:
        """The offer if it is in memory and no older than `ttl`; never waits."""
        kept = self._offer.recall()
        return kept.value if kept else None

    async def find(self, wanted: str) -> Deployment:
        """The deployment with this id, label or name.

        Raises:
            DeploymentNotFound, DeploymentAmbiguous: none, or several that only environment or version tell apart.
            ApiError: as `list_deployments`.
        """
        return choose((await self.list_deployments()).value, wanted)

    def suggest(self, typed: str, limit: int) -> list[Deployment]:
        """Deployments whose label or description contains what was typed, from memory only."""
        kept = self.peek()
        if kept is None:
            return []
        words = typed.casefold().split()
        return [item for item in kept.value.deployments if _contains(item, words)][:limit]

    @property
    def counters(self) -> Counters:
        return self._offer.counters

    async def aclose(self) -> None:
        await self._offer.aclose()

    async def _load(self) -> Offer:
        try:
            return await self._read()
        except ApiError as error:
            log.warning("catalog.not_loaded", error=str(error))
            raise

    async def _read(self) -> Offer:
        try:
            items = [item async for item in self._pages()]
        except ServerFault:
            items, unreadable = await self._walk()
        else:
            unreadable = []
        rows, bad = read_items(DeploymentRow, items)
        unreadable += [_name_in(item) for item in bad]
        by_id = {row.id: row for row in rows if row.environment in self._environments}  # pages shift: ids repeat
        offer = Offer(labelled(map(_deployment, by_id.values())), tuple(sorted(set(unreadable))))
        log.info("catalog.loaded", deployments=len(offer.deployments), unreadable=len(offer.unreadable))
        return offer

    async def _pages(self) -> AsyncIterator[object]:
        for environment in self._environments:
            for is_fluid in (False, True):  # each list leaves out the other's deployments
                offset, last = 0, list[object]()
                while True:
                    page = await self._api.page_deployments(environment, is_fluid=is_fluid, offset=offset)
                    if page == last:  # this server knows no pages: it sends the same again
                        break
                    for item in page:
                        yield item
                    if len(page) != PAGE:  # shorter: the last; longer: all of them at once
                        break
                    offset, last = offset + PAGE, page

    async def _walk(self) -> tuple[list[object], list[str]]:
        """Every workflow's own list; a broken one costs only itself. Raises when several are asked and none answers."""
        items: list[object] = []
        unreadable: list[str] = []
        failure: ApiError | None = None
        workflows = await self._api.list_workflows()
        for workflow in workflows:
            try:
                items += await self._deployments_of(workflow)
            except ServerFault as error:
                unreadable.append(workflow.name)
                failure = error
        if failure and len(unreadable) == len(workflows) > 1:
            raise failure
        return items, unreadable

    async def _deployments_of(self, workflow: Workflow) -> list[object]:
        try:
            return await self._api.list_workflow_deployments(workflow.id)
        except NotFound:
            return []


def choose(offer: Offer, wanted: str) -> Deployment:
    """The one deployment meant by an id, a label or a name; pure. Raises as `Catalog.find`."""
    text = wanted.strip()
    folded = text.casefold()
    exact: tuple[Callable[[Deployment], bool], ...] = (
        lambda item: item.id == text,
        lambda item: item.label == text,
        lambda item: item.label.casefold() == folded,
    )
    for is_meant in exact:
        for item in offer.deployments:
            if is_meant(item):
                return item
    named = [item for item in offer.deployments if item.name.casefold() == folded]
    if named:  # several, for a name of its own is the label
        raise DeploymentAmbiguous(text, [item.label for item in named])
    labels = {item.label.casefold(): item.label for item in offer.deployments}
    similar = difflib.get_close_matches(folded[:100], labels, n=3, cutoff=0.5)
    raise DeploymentNotFound(text, [labels[label] for label in similar])


def _deployment(row: DeploymentRow) -> Deployment:
    graph = row.version.workflow_api if row.version else None
    return Deployment(
        id=row.id,
        name=(row.workflow.name.strip() if row.workflow else "") or row.id[:8],
        environment=row.environment,
        workflow_id=row.workflow_id,
        version=row.version.version if row.version else None,
        description=row.description or "",
        inputs=parse_inputs(graph),
        makes=made_by(graph),
        is_fluid=row.modal_image_id is not None,
    )


def labelled(deployments: Iterable[Deployment]) -> tuple[Deployment, ...]:
    """Sorted by name, with labels no two share: the name, then environment, version and at last the id."""
    items = sorted(deployments, key=lambda item: (item.name.casefold(), item.environment != PRODUCTION, item.id))
    forms = (
        lambda item: item.name,
        lambda item: f"{item.name} ({item.environment})",
        lambda item: f"{item.name} ({item.environment}, v{item.version})",
        lambda item: f"{item.name} ({item.id[:8]})",
        lambda item: item.id,
    )
    labels: dict[str, str] = {}  # by id
    taken: set[str] = set()  # a name may read like the label of another
    for form in forms:
        often = Counter(form(item).casefold() for item in items)
        for item in items:
            label = form(item)
            if item.id not in labels and often[label.casefold()] == 1 and label.casefold() not in taken:
                labels[item.id] = label
                taken.add(label.casefold())
    return tuple(replace(item, label=labels.get(item.id, item.id)) for item in items)


def _contains(item: Deployment, words: list[str]) -> bool:
    text = f"{item.label} {item.description} {item.makes}".casefold()
    return all(word in text for word in words)


def _name_in(item: object) -> str:
    workflow = item.get("workflow") if isinstance(item, dict) else None
    name = workflow.get("name") if isinstance(workflow, dict) else None
    return name if isinstance(name, str) else "a deployment without a name"
