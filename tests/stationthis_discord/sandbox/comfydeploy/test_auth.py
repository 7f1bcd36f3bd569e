"""Who gets in, and the order of 401, 404, 405 and 307."""

import base64
import json

import pytest

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Owner
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller

MISSING = {"detail": "Invalid or missing token"}
INVALID = {"detail": "Invalid or expired token"}


@pytest.mark.parametrize("authorization", ["", "bearer {key}", "Basic {key}", "{key}"])
async def test_a_missing_or_oddly_spelt_key_is_refused(
    api: ComfyDeploySandbox, caller: Caller, authorization: str
) -> None:
    reply = await caller.get("/workflows", Authorization=authorization.format(key=api.key))

    assert (reply.status, reply.body) == (401, MISSING)


@pytest.mark.parametrize("key", ["nonsense", "a.b.c", "é.é.é"])
async def test_a_forged_key_is_refused(caller: Caller, key: str) -> None:
    reply = await caller.get("/workflows", Authorization=f"Bearer {key}")

    assert (reply.status, reply.body) == (401, INVALID)


async def test_an_expired_key_is_refused(api: ComfyDeploySandbox, caller: Caller) -> None:
    reply = await caller.get("/workflows", Authorization=f"Bearer {api.keys.issue(Owner(), seconds=-5)}")

    assert (reply.status, reply.body) == (401, INVALID)


async def test_a_revoked_key_is_refused(api: ComfyDeploySandbox, caller: Caller) -> None:
    reply = await caller.get("/workflows", Authorization=f"Bearer {api.issue(revoked=True)}")

    assert (reply.status, reply.body) == (401, {"detail": "Revoked token"})


async def test_a_machine_token_stays_in_its_scopes(api: ComfyDeploySandbox, caller: Caller) -> None:
    token = api.issue(scopes=("/api/run/*",))

    reply = await caller.get("/workflows", Authorization=f"Bearer {token}")

    assert (reply.status, reply.body["detail"]) == (403, "Token does not have permission to access this endpoint")


async def test_the_other_carriers_work(api: ComfyDeploySandbox, caller: Caller) -> None:
    by_header = await caller.ask("GET", "/workflows", headers={"Authorization": "", "x-api-key": api.key})
    by_query = await caller.ask("GET", f"/workflows?cd_token={api.key}", headers={"Authorization": ""})
    by_cookie = await caller.ask("GET", "/workflows", headers={"Authorization": "", "Cookie": f"__session={api.key}"})

    assert [by_header.status, by_query.status, by_cookie.status] == [200, 200, 200]


async def test_the_key_is_a_jwt_without_expiry(api: ComfyDeploySandbox) -> None:
    payload = json.loads(base64.urlsafe_b64decode(api.key.split(".")[1] + "=="))

    assert payload["user_id"] == "user_sandbox"
    assert "iat" in payload
    assert not {"exp", "org_id"} & payload.keys()


async def test_the_key_is_checked_before_the_path(caller: Caller) -> None:
    without = await caller.get("/doesnotexist", Authorization="")
    with_key = await caller.get("/doesnotexist")

    assert (without.status, without.body) == (401, MISSING)
    assert (with_key.status, with_key.body) == (404, {"detail": "Not Found"})


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/deployments"), ("GET", "/deployment"), ("POST", "/run/cancel"), ("HEAD", "/run/x")]
)
async def test_a_wrong_method_is_405(caller: Caller, method: str, path: str) -> None:
    reply = await caller.ask(method, path)

    assert reply.status == 405
    assert reply.headers["Allow"] in ("GET", "POST")
    assert reply.body == ({"detail": "Method Not Allowed"} if method != "HEAD" else None)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("PUT", "/machine/x", "GET"), ("PUT", "/deployment/x", "PATCH"), ("PUT", "/workflow/x", "PATCH")],
)
async def test_a_405_names_only_the_first_method(caller: Caller, method: str, path: str, allowed: str) -> None:
    assert (await caller.ask(method, path)).headers["Allow"] == allowed


async def test_the_bucket_takes_no_other_method(caller: Caller) -> None:
    assert (await caller.ask("DELETE", "/../files/inputs/sample.png")).status == 405


async def test_a_trailing_slash_is_a_307_with_an_empty_body(api: ComfyDeploySandbox, caller: Caller) -> None:
    reply = await caller.get("/workflows/?limit=1")

    assert (reply.status, reply.body) == (307, "")
    assert reply.headers["Location"] == f"{api.url}/api/workflows?limit=1"


async def test_an_unknown_path_with_a_trailing_slash_is_404(caller: Caller) -> None:
    assert (await caller.get("/api/workflows/")).status == 404


async def test_prices_need_no_key(caller: Caller) -> None:
    reply = await caller.get("/platform/gpu-pricing", Authorization="")

    assert reply.body["A10G"] == 0.000337


async def test_a_key_sees_the_rows_of_its_own_scope(api: ComfyDeploySandbox, caller: Caller) -> None:
    run_id = await caller.queue("text-to-image")
    theirs = f"Bearer {api.issue(org_id='org_1', user_id='user_other')}"

    deployments = await caller.get("/deployments", Authorization=theirs)
    run = await caller.get(f"/run/{run_id}", Authorization=theirs)

    assert deployments.body == []
    assert (run.status, run.body) == (403, {"detail": "You are not authorized to access this resource"})
