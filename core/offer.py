"""What is on offer, as people name it: labels that no two share, and finding by id, label or name; pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, Generic, Protocol, TypeVar

from core.comfydeploy.inputs import Input, Roles, find_roles, parse_inputs
from core.comfydeploy.outputs import Kind, made_by
from core.comfydeploy.records import DeploymentRow
from core.errors import DeploymentAmbiguous, DeploymentNotFound, Flaw, NameAmbiguous, NameUnknown
from core.search import Index

PRODUCTION: Final = "production"
_PICTURE: Final = re.compile(r"https://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?/[A-Za-z0-9._~!$&'()*+,;=:@%/-]{1,1500}")
ENVIRONMENTS: Final = (PRODUCTION, "staging", "public-share", "private-share", "community-share", "preview")


class Labelled(Protocol):
    """What people pick by a name. `label` tells it apart from all others of its list; texts are foreign."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...


T = TypeVar("T", bound=Labelled)
Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Deployment:
    """One thing that can be run. `cover` is the address of its picture: https, and without a signature."""

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
    machine_id: str | None = None
    version_id: str | None = None
    cover: str | None = None

    @property
    def roles(self) -> Roles:
        return find_roles(self.inputs)


@dataclass(frozen=True, slots=True)
class Named(Generic[Record]):
    """A workflow or a machine under a label of its own."""

    id: str
    name: str
    record: Record
    label: str = ""


@dataclass(frozen=True)
class Listing(Generic[T]):
    """Things with labels, and the ways to one of them. `search` is built beside, since that takes a while."""

    items: tuple[T, ...] = ()
    search: Index[T] | None = field(default=None, compare=False, repr=False)

    @cached_property
    def by_id(self) -> dict[str, T]:
        return {item.id: item for item in self.items}

    @cached_property
    def by_label(self) -> dict[str, T]:
        return {item.label: item for item in self.items}

    @cached_property
    def by_folded_label(self) -> dict[str, T]:
        return {item.label.casefold(): item for item in self.items}

    @cached_property
    def by_name(self) -> dict[str, list[T]]:
        return _grouped(self.items, lambda item: item.name)

    @cached_property
    def by_folded_name(self) -> dict[str, list[T]]:
        return _grouped(self.items, lambda item: item.name.casefold())

    def choose(self, wanted: str) -> T:
        """The one meant by an id, a label or a name; how it is written goes before another case.

        Raises:
            NameUnknown, NameAmbiguous: none, or several that share the name.
        """
        text = wanted.strip()
        found = self._meant(text)
        if len(found) == 1:
            return found[0]
        if found:
            raise NameAmbiguous(text, [item.label for item in found])
        raise NameUnknown(text, [item.label for item in self.suggest(text, 3)] if text else [])

    def _meant(self, text: str) -> Sequence[T]:
        """What is called so, by the closest way in which anything is."""
        one = self.by_id.get(text) or self.by_label.get(text)
        if one is not None:
            return [one]
        if text in self.by_name:
            return self.by_name[text]
        folded = text.casefold()
        one = self.by_folded_label.get(folded)
        return self.by_folded_name.get(folded, []) if one is None else [one]

    def suggest(self, typed: str, limit: int) -> list[T]:
        """What somebody may mean by these letters, best first."""
        return [] if self.search is None else self.search.find(typed, limit)


@dataclass(frozen=True, slots=True, order=True)
class Unreadable:
    """A workflow whose deployments could not be read, and why. The name is foreign."""

    name: str
    reason: Flaw


@dataclass(frozen=True)
class Offer:
    """All deployments on offer, by name, and what could not be read."""

    deployments: tuple[Deployment, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    search: Index[Deployment] | None = field(default=None, compare=False, repr=False)

    @cached_property
    def listing(self) -> Listing[Deployment]:
        return Listing(self.deployments, self.search)

    @cached_property
    def of_workflow(self) -> dict[str, list[Deployment]]:
        return _grouped(self.deployments, lambda item: item.workflow_id)

    @cached_property
    def on_machine(self) -> dict[str | None, list[Deployment]]:
        return _grouped(self.deployments, lambda item: item.machine_id)


def choose(offer: Offer, wanted: str) -> Deployment:
    """The one deployment meant by an id, a label or a name.

    Raises:
        DeploymentNotFound, DeploymentAmbiguous: none, or several that only environment or version tell apart.
    """
    try:
        return offer.listing.choose(wanted)
    except NameUnknown as unknown:
        raise DeploymentNotFound(unknown.wanted, unknown.similar, _flaw_of(offer, unknown.wanted)) from None
    except NameAmbiguous as ambiguous:
        raise DeploymentAmbiguous(ambiguous.wanted, ambiguous.choices) from None


def _flaw_of(offer: Offer, wanted: str) -> Flaw | None:
    folded = wanted.casefold()
    return next((item.reason for item in offer.unreadable if item.name.strip().casefold() == folded), None)


def deployment_of(row: DeploymentRow) -> Deployment:
    """What is kept of a deployment; the graph is not."""
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
        machine_id=row.machine_id,
        version_id=row.workflow_version_id,
        cover=_cover(row.workflow.cover_url) if row.workflow and row.workflow.cover_url else None,
    )


def _cover(address: str) -> str | None:
    """Without its query, which may hold a signature; None for what is no https address."""
    plain = re.split(r"[?#]", address.strip(), maxsplit=1)[0]
    return plain if _PICTURE.fullmatch(plain) else None


def labelled(deployments: Iterable[Deployment]) -> tuple[Deployment, ...]:
    """Sorted by name, with labels no two share: the name, then environment, version and at last the id."""
    items = sorted(deployments, key=lambda item: (item.name.casefold(), item.environment != PRODUCTION, item.id))
    forms: tuple[Callable[[Deployment], str], ...] = (
        lambda item: item.name,
        lambda item: f"{item.name} ({item.environment})",
        lambda item: f"{item.name} ({item.environment}, v{item.version})",
        lambda item: f"{item.name} ({item.id[:8]})",
        lambda item: item.id,
    )
    labels = _labels(items, forms)
    return tuple(replace(item, label=labels[item.id]) for item in items)


def named(records: Iterable[Named[Record]]) -> tuple[Named[Record], ...]:
    """Sorted by name, with labels no two share: the name, or with the start of the id, or that alone."""
    called = (replace(item, name=item.name.strip() or item.id[:8]) for item in records)
    items = sorted(called, key=lambda item: (item.name.casefold(), item.id))
    forms: tuple[Callable[[Named[Record]], str], ...] = (
        lambda item: item.name,
        lambda item: f"{item.name} ({item.id[:8]})",
        lambda item: item.id,
    )
    labels = _labels(items, forms)
    return tuple(replace(item, label=labels[item.id]) for item in items)


def _labels(items: Sequence[T], forms: Sequence[Callable[[T], str]]) -> dict[str, str]:
    """By id: the first form that nothing else reads like, not even another's label; at last the id."""
    labels: dict[str, str] = {}
    taken: set[str] = set()
    for form in forms:
        if len(labels) == len(items):
            break
        told = [form(item) for item in items]
        folded = [label.casefold() for label in told]
        often = Counter(folded)
        for item, label, read in zip(items, told, folded, strict=True):
            if item.id not in labels and often[read] == 1 and read not in taken:
                labels[item.id] = label
                taken.add(read)
    return {item.id: labels.get(item.id, item.id) for item in items}


Key = TypeVar("Key")


def _grouped(items: Iterable[T], key: Callable[[T], Key]) -> dict[Key, list[T]]:
    groups: dict[Key, list[T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return dict(groups)
