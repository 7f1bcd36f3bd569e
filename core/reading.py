"""The offer read from ComfyUI Deploy, page by page, whatever is broken there.

Each deployment embeds its whole workflow, so the lists are read in small pages and only what is needed is kept. One
workflow that the server cannot describe makes its whole list answer 500; then each workflow is asked for its own. What
says nothing of the account (no answer, a proxy's 502, a 429) fails the whole load, so that no part is taken for all.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.deployments import PAGE, Page
from core.comfydeploy.errors import ApiError, BadReply, NotFound, ServerFault
from core.comfydeploy.inputs import parse_inputs
from core.comfydeploy.model_names import ModelNames, Names, with_names
from core.comfydeploy.operations import GET_VERSION
from core.comfydeploy.outputs import made_by
from core.errors import Flaw
from core.offer import PRODUCTION, Deployment, Offer, Unreadable, deployment_of, labelled
from core.search import Index

log = structlog.get_logger(__name__)

_WALKERS: Final = 4  # workflows asked at once
_CANNOT_DESCRIBE: Final = 500  # a proxy has statuses of its own: 502, 503, 504, or 520 and more


@dataclass(frozen=True, slots=True)
class Pinned:
    """A deployment that the operator names, for servers without lists: what it is called, and two ids."""

    name: str
    deployment_id: str
    version_id: str


@dataclass(slots=True)
class _Found:
    """What was read so far; pages shift while they are read, so ids repeat. `models` are named in any environment."""

    environments: frozenset[str]
    by_id: dict[str, Deployment] = field(default_factory=dict)
    unreadable: set[Unreadable] = field(default_factory=set)
    models: ModelNames = field(default_factory=ModelNames)

    def take(self, page: Page) -> None:
        for row in page.rows:
            self.models.add(row.version.workflow_api if row.version else None)
            if row.environment in self.environments:
                self.by_id[row.id] = deployment_of(row)
        self.unreadable.update(Unreadable(_name_in(item), Flaw.ODD) for item in page.unreadable)


async def read_offer(api: ComfyDeploy, environments: Iterable[str]) -> Offer:
    """Every deployment of these environments.

    Raises:
        ApiError: the API is away or busy, or it gives neither the lists nor that of any single workflow.
    """
    wanted = tuple(environments)
    found = _Found(frozenset(wanted))
    try:
        for environment in wanted:
            for is_fluid in (False, True):  # each list leaves out the other's deployments
                async for page in _pages(api, environment, is_fluid=is_fluid):
                    await _let_others_in()  # a page is parsed in one go
                    found.take(page)
                    await _let_others_in()
    except (ServerFault, BadReply) as error:
        if not _is_of_the_account(error):
            raise
        log.warning("catalog.list_unreadable", error=str(error))
        if not await _walk(api, found):
            raise
    return await _offer(found.by_id.values(), found.unreadable, found.models)


async def read_pinned(api: ComfyDeploy, pinned: Iterable[Pinned]) -> Offer:
    """The deployments that the operator named, each by its version. One that cannot be read is named as unreadable.

    Raises:
        ApiError: none can be read, or the API is away or busy.
    """
    deployments, unreadable, failures = list[Deployment](), list[Unreadable](), list[ApiError]()
    models = ModelNames()
    for pin in pinned:
        try:
            deployments.append(await _read_pin(api, pin, models))
        except NotFound:
            unreadable.append(Unreadable(pin.name, Flaw.GONE))
        except (ServerFault, BadReply) as error:
            if not _is_of_the_account(error):
                raise
            unreadable.append(Unreadable(pin.name, _flaw_in(error)))
            failures.append(error)
    if failures and not deployments:
        raise failures[0]
    return await _offer(deployments, unreadable, models)


async def _read_pin(api: ComfyDeploy, pin: Pinned, models: ModelNames) -> Deployment:
    version = await api.workflows.get_version(pin.version_id)
    if version.workflow_id is None:  # without it no run could be found again
        raise BadReply(GET_VERSION.name)
    models.add(version.workflow_api)
    return Deployment(
        id=pin.deployment_id,
        name=pin.name,
        environment=PRODUCTION,
        workflow_id=version.workflow_id,
        version=version.version,
        description="",
        inputs=parse_inputs(version.workflow_api),
        makes=made_by(version.workflow_api),
        version_id=pin.version_id,
    )


async def _offer(deployments: Iterable[Deployment], unreadable: Iterable[Unreadable], models: ModelNames) -> Offer:
    names = models.listed()
    whole = [_with_names(item, names) for item in deployments]
    await _let_others_in()
    items = labelled(whole)
    await _let_others_in()
    search = await Index.build((item, item.label, further(item)) for item in items)
    log.info("catalog.loaded", deployments=len(items), unreadable=len(set(unreadable)))
    return Offer(items, tuple(sorted(set(unreadable))), search)


def _with_names(item: Deployment, names: Names) -> Deployment:
    inputs = with_names(item.inputs, names)
    return item if inputs is item.inputs else replace(item, inputs=inputs)


def further(item: Deployment) -> str:
    """What it is found by beside its label; the description is last, since only the first letters count."""
    return f"{item.makes} {item.environment} {item.description}"


async def _let_others_in() -> None:
    """Twice, for what became due while we worked is lined up behind us the first time."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def _pages(api: ComfyDeploy, environment: str, *, is_fluid: bool) -> AsyncIterator[Page]:
    offset, last = 0, Page([], [])
    while True:
        page = await api.deployments.page(environment, is_fluid=is_fluid, offset=offset)
        if page.size and page == last:  # this server knows no pages: it sends the same again
            return
        yield page
        if page.size != PAGE:  # shorter: the last; longer: all of them at once
            return
        offset, last = offset + PAGE, page


async def _walk(api: ComfyDeploy, found: _Found) -> bool:
    """Every workflow's own list; a broken one costs only itself. Whether any could be read at all."""
    workflows = await api.workflows.list_all()
    places = asyncio.Semaphore(_WALKERS)
    read = 0

    async def ask(workflow_id: str, name: str) -> None:
        nonlocal read
        async with places:
            try:
                found.take(await api.deployments.of_workflow(workflow_id))
                read += 1
            except (ServerFault, BadReply) as error:
                if not _is_of_the_account(error):
                    raise
                found.unreadable.add(Unreadable(name, _flaw_in(error)))

    try:
        async with asyncio.TaskGroup() as group:
            for workflow in workflows:
                group.create_task(ask(workflow.id, workflow.name))
    except* ApiError as errors:
        raise _first(errors) from None
    return read > 0


def _is_of_the_account(error: ServerFault | BadReply) -> bool:
    """Whether the server answered, and only cannot describe what it has there."""
    return isinstance(error, BadReply) or error.status == _CANNOT_DESCRIBE


def _flaw_in(error: ServerFault | BadReply) -> Flaw:
    return Flaw.ODD if isinstance(error, BadReply) else Flaw.FAULTY


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


def _name_in(item: object) -> str:
    workflow = item.get("workflow") if isinstance(item, dict) else None
    name = workflow.get("name") if isinstance(workflow, dict) else None
    return name if isinstance(name, str) else "a deployment without a name"
