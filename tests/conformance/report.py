"""Counts the violations of many exchanges and says it in lines."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.conformance.check import Violation, check
from tests.conformance.exemptions import EXEMPTIONS, Exemption, exemption
from tests.conformance.spec import Spec
from tests.conformance.trace import Exchange


@dataclass
class Report:
    """How often each violation and each exemption was met, and how much was looked at."""

    violations: Counter[Violation] = field(default_factory=Counter)
    exempt: Counter[Exemption] = field(default_factory=Counter)
    routes: set[tuple[str, str]] = field(default_factory=set)
    requests: int = 0
    replies: int = 0

    @property
    def good(self) -> bool:
        """Whether something was checked, and nothing was wrong with it."""
        return bool(self.requests) and not self.violations

    def lines(self) -> Iterator[str]:
        for violation, count in sorted(self.violations.items()):
            yield f"{violation} ({_times(count)})"
        for each, count in self.exempt.items():
            yield f"exempt: {each} ({_times(count)})"
        yield (
            f"{self.requests} requests and {self.replies} replies on {len(self.routes)} routes checked: "
            f"{len(self.violations)} distinct violations, {self.violations.total()} in all"
        )


def report(spec: Spec, exchanges: Iterable[Exchange], table: tuple[Exemption, ...] = EXEMPTIONS) -> Report:
    """Checks them all."""
    found = Report(exempt=Counter(dict.fromkeys(table, 0)))
    for exchange in exchanges:
        found.requests += 1
        found.replies += exchange.status is not None
        if template := spec.template(exchange.path):
            found.routes.add((exchange.method, template))
        for violation in check(spec, exchange):
            if covered := exemption(violation, table):
                found.exempt[covered] += 1
            else:
                found.violations[violation] += 1
    return found


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count} times")
