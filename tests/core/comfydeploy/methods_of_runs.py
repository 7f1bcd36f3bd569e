"""Every method of the clients for machines, runs, files and the account."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from unittest.mock import ANY

from core.comfydeploy import operations
from core.comfydeploy.machines import CustomMachine
from tests.core.comfydeploy import samples
from tests.core.comfydeploy.method import Method
from tests.core.comfydeploy.samples import DEPLOYMENT, MACHINE, RUN, TOKEN, WORKFLOW

SINCE = datetime(2026, 11, 20, 6, tzinfo=UTC)


def of_machines() -> Iterator[Method]:
    one = (MACHINE,)
    yield Method(
        "machines.list_all",
        operations.LIST_MACHINES,
        lambda api: api.machines.list_all(),
        "/machines",
        {"is_deleted": "false", "limit": "500", "offset": "0"},
        reply=[],
    )
    yield Method(
        "machines.get",
        operations.GET_MACHINE,
        lambda api, known: api.machines.get(known),
        f"/machine/{MACHINE}",
        ids=one,
        reply=samples.machine_detail(),
    )
    yield Method(
        "machines.add",
        operations.ADD_MACHINE,
        lambda api: api.machines.add(CustomMachine("box", "classic", "http://box.example/", TOKEN)),
        "/machine/custom",
        body={"name": "box", "type": "classic", "endpoint": "http://box.example/", "auth_token": TOKEN},
        reply=samples.machine_row(),
    )
    yield Method(
        "machines.update",
        operations.UPDATE_MACHINE,
        lambda api, known: api.machines.update(known, {"auth_token": TOKEN}),
        f"/machine/custom/{MACHINE}",
        body={"auth_token": TOKEN},
        ids=one,
        reply=samples.machine_row(),
    )
    yield Method(
        "machines.delete",
        operations.DELETE_MACHINE,
        lambda api, known: api.machines.delete(known, force=True),
        f"/machine/{MACHINE}",
        {"force": "true"},
        ids=one,
    )


def of_runs() -> Iterator[Method]:
    light = f"/v2/workflow/{WORKFLOW}/runs"
    yield Method(
        "runs.submit",
        operations.QUEUE_RUN,
        lambda api, known: api.runs.submit(known, {"prompt": "a lake", "seed": 2**53 + 1, "hires": False}),
        "/run/deployment/queue",
        body={"deployment_id": DEPLOYMENT, "inputs": {"prompt": "a lake", "seed": 2**53 + 1, "hires": False}},
        ids=(DEPLOYMENT,),
        reply={"run_id": RUN},
    )
    yield Method(
        "runs.get",
        operations.GET_RUN,
        lambda api, known: api.runs.get(known, queue_position=True),
        f"/run/{RUN}",
        {"queue_position": "true"},
        ids=(RUN,),
        reply=samples.run(),
    )
    yield Method(
        "runs.list_recent",
        operations.LIST_WORKFLOW_RUNS_LIGHT,
        lambda api, known: api.runs.list_recent(known, DEPLOYMENT, SINCE),
        light,
        {"deployment_id": DEPLOYMENT, "rf": "1795154400", "limit": "200", "offset": "0"},
        ids=(WORKFLOW,),
        reply=[],
    )
    yield Method(
        "runs.list_newest",
        operations.LIST_WORKFLOW_RUNS_LIGHT,
        lambda api, known: api.runs.list_newest(known, DEPLOYMENT, SINCE),
        light,
        {"deployment_id": DEPLOYMENT, "rf": "1795154400", "limit": "30"},
        ids=(WORKFLOW,),
        reply=[],
    )
    yield Method(
        "runs.list_states",
        operations.LIST_WORKFLOW_RUNS_LIGHT,
        lambda api, known: api.runs.list_states(known, SINCE),
        light,
        {"rf": "1795154400", "limit": "1000", "offset": "0"},
        ids=(WORKFLOW,),
        reply=[],
    )
    yield Method(
        "runs.find_status",
        operations.LIST_WORKFLOW_RUNS_LIGHT,
        lambda api, known: api.runs.find_status(known, RUN),
        light,
        {"rf": ANY, "limit": "1000", "offset": "0"},
        ids=(WORKFLOW,),
        reply=[],
    )
    yield Method(
        "runs.list_raw_outputs",
        operations.LIST_WORKFLOW_RUNS,
        lambda api, known: api.runs.list_raw_outputs(known, RUN),
        f"/workflow/{WORKFLOW}/runs",
        {"limit": "20", "with_inputs": "false"},
        ids=(WORKFLOW,),
        reply=[],
    )
    yield Method(
        "runs.cancel",
        operations.CANCEL_RUN,
        lambda api, known: api.runs.cancel(known),
        f"/run/{RUN}/cancel",
        ids=(RUN,),
    )


def of_files_and_account() -> Iterator[Method]:
    yield Method(
        "files.post",
        operations.UPLOAD_FILE,
        lambda api: api.files.post(io.BytesIO(b"picture"), "a.png", "image/png"),
        "/file/upload",
        reply=samples.uploaded(),
    )
    yield Method(
        "files.presign",
        operations.PRESIGN_UPLOAD,
        lambda api: api.files.presign("a b.png", "image/png", 7),
        "/assets/presigned-url",
        {"file_name": "a b.png", "type": "image/png", "parent_path": "/", "size": "7"},
        reply=samples.presigned(),
    )
    yield Method(
        "account.get_plan",
        operations.GET_PLAN,
        lambda api: api.account.get_plan(),
        "/platform/plan",
        reply=samples.plan(),
    )
    yield Method(
        "account.get_gpu_prices",
        operations.GET_GPU_PRICES,
        lambda api: api.account.get_gpu_prices(),
        "/platform/gpu-pricing",
        reply={},
    )
