"""The table of operations against the clients that use it: what each method sends, and what never enters a path."""

import ast
import inspect
import json
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from aiohttp import web

from core.comfydeploy import operations
from core.comfydeploy.account import Account
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.deployments import Deployments
from core.comfydeploy.files import Files
from core.comfydeploy.machines import Machines
from core.comfydeploy.operations import OPERATIONS, Operation
from core.comfydeploy.runs import Runs
from core.comfydeploy.workflows import Workflows
from tests.core.comfydeploy.method import Method
from tests.core.comfydeploy.methods import COMPOSED, METHODS
from tests.core.stub import saying, serving

CLIENTS = {
    "deployments": Deployments,
    "workflows": Workflows,
    "machines": Machines,
    "runs": Runs,
    "files": Files,
    "account": Account,
}
ROOM = Path(operations.__file__).parent
NO_IDS = ["", " ", "../deployments", "..%2Fdeployments", "1/../2", "None", "me", "{id}", "a" * 36]
TODAY = {operation.name for operation in OPERATIONS}


@pytest.mark.parametrize("method", METHODS, ids=str)
async def test_a_method_sends_one_request_with_exactly_this(method: Method) -> None:
    sent: list[tuple[str, str, dict[str, str], Any]] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        raw = await request.read() if request.content_type == "application/json" else b""
        sent.append((request.method, unquote(request.path), dict(request.query), json.loads(raw) if raw else None))
        return web.json_response(method.reply)

    async with serving(answer) as server, ComfyDeploy.connect(server.url, "key") as api:
        await method(api)

    assert sent == [(method.operation.method, f"/api{method.path}", method.query, method.body)]


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_the_path_is_the_route_with_its_holes_filled(method: Method) -> None:
    parts, route = method.path.split("/"), method.operation.route.split("/")

    assert len(parts) == len(route)
    assert all(part == want or want in {"{id}", "{number}"} for part, want in zip(parts, route, strict=True))


@pytest.mark.parametrize("method", [method for method in METHODS if method.ids], ids=str)
async def test_what_is_no_id_is_never_sent(method: Method) -> None:
    async with serving(saying(b"{}")) as server, ComfyDeploy.connect(server.url, "key") as api:
        for place in range(len(method.ids)):
            for text in NO_IDS:
                ids = [*method.ids[:place], text, *method.ids[place + 1 :]]
                with pytest.raises(ValueError, match="UUID"):
                    await method(api, *ids)

    assert server.requests == []


def test_every_public_method_is_in_the_table_of_these_tests() -> None:
    there = [
        f"{name}.{verb}"
        for name, client in CLIENTS.items()
        for verb, member in vars(client).items()
        if inspect.iscoroutinefunction(member) and not verb.startswith("_")
    ]

    assert Counter([*(method.name for method in METHODS), *COMPOSED]) == Counter(there)


def test_every_operation_is_used() -> None:
    assert {method.operation.name for method in METHODS} == TODAY


def test_every_operation_is_spelt_in_one_method_only() -> None:
    uses: Counter[str] = Counter()
    for client in CLIENTS:
        for node in ast.walk(ast.parse((ROOM / f"{client}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
                uses.update(_spelt_in(node))

    names = {name for name, value in vars(operations).items() if isinstance(value, Operation)}
    assert uses == Counter(names)


def _spelt_in(function: ast.AST) -> set[str]:
    return {
        node.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "operations"
    }


def test_no_two_operations_are_the_same() -> None:
    assert len(TODAY) == len(OPERATIONS)


def test_all_operations_of_the_module_are_in_its_list() -> None:
    named = [value for value in vars(operations).values() if isinstance(value, Operation)]

    assert list(OPERATIONS) == named


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_what_others_call_it_is_not_what_it_is_called_today(operation: Operation) -> None:
    assert operation.name not in operation.also
    assert not TODAY & set(operation.also)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_a_name_is_a_method_and_a_route_without_api(operation: Operation) -> None:
    for name in (operation.name, *operation.also, *([operation.older.name] if operation.older else [])):
        method, _, route = name.partition(" ")

        assert method in {"GET", "POST", "PUT", "PATCH", "DELETE"}
        assert route.startswith("/")
        assert not route.startswith("/api/")
        assert not route.endswith("/")


def test_a_name_tells_method_and_route() -> None:
    operation = Operation("GET /run/{id}")

    assert (operation.method, operation.route) == ("GET", "/run/{id}")


def test_older_servers_have_the_path_that_is_meant() -> None:
    known = {operation.name: operation.before.name for operation in OPERATIONS if operation.older}

    assert known == {
        "POST /workflow/{id}/version": "POST /workflow",
        "POST /run/deployment/queue": "POST /run",
        "GET /run/{id}": "GET /run",
        "GET /assets/presigned-url": "GET /upload-url",
    }


def test_what_never_had_an_older_path_says_so() -> None:
    with pytest.raises(LookupError, match="GET /machines"):
        _ = operations.LIST_MACHINES.before
