"""What the canned API answers: bodies in the shapes of ComfyUI Deploy, in sizes as large accounts have them."""

import json
from typing import Any, Final
from uuid import UUID

RUN_ID: Final = str(UUID(int=1))
WORKFLOW_ID: Final = str(UUID(int=2))
VERSION_ID: Final = str(UUID(int=3))
MACHINE_ID: Final = str(UUID(int=4))
NODES: Final = 30  # of each graph
_WHEN: Final = "2026-11-20T06:08:20.489000Z"
_NUMBER: Final = "@@@@@@@@@@@@"  # where the number of a deployment comes: the last letters of its ids


def run() -> bytes:
    """A run that is over, with two outputs. `workflow_api` is null: only so the official SDK takes it."""
    nothing = ("queued_at", "gpu_event_id", "machine_version", "modal_function_call_id", "org_id", "webhook_status")
    return _packed(
        {
            "id": RUN_ID,
            "workflow_version_id": VERSION_ID,
            "workflow_inputs": {"prompt": "a lighthouse above the clouds", "seed": 1234, "steps": 25, "style": "photo"},
            "workflow_id": WORKFLOW_ID,
            "workflow_api": None,
            "machine_id": MACHINE_ID,
            "origin": "api",
            "status": "success",
            **dict.fromkeys(("created_at", "updated_at", "started_at", "ended_at"), _WHEN),
            **dict.fromkeys(nothing),
            "gpu": "A10G",
            "machine_type": "comfy-deploy-serverless",
            "user_id": "user_benchmark",
            "live_status": "Executing SaveImage",
            "progress": 1.0,
            "is_realtime": False,
            "webhook": None,
            "webhook_intermediate_status": False,
            "outputs": [_output(number) for number in range(2)],
            "number": 0,
            "duration": 12.12,
            "cold_start_duration": 1.5,
            "cold_start_duration_total": 3.5,
            "run_duration": 8.62,
            "queue_position": None,
        }
    )


def queued() -> bytes:
    return _packed({"run_id": RUN_ID})


def deployments(count: int) -> list[bytes]:
    """The items of a list, newest first, each with the graph that runs and the drawing of it."""
    template = _packed(_deployment()).decode()
    return [template.replace(_NUMBER, f"{number:012x}").encode() for number in range(count)]


def _output(number: int) -> dict[str, Any]:
    name = f"ComfyUI_{number:05}_.png"
    return {
        "id": str(UUID(int=5 + number)),
        "output_id": None,
        "run_id": RUN_ID,
        "data": {
            "images": [
                {
                    "url": f"https://comfy-deploy-output.s3.us-east-2.amazonaws.com/outputs/runs/{RUN_ID}/{name}",
                    "type": "output",
                    "filename": name,
                    "is_public": True,
                    "subfolder": "",
                    "upload_duration": 0.16,
                }
            ]
        },
        "node_meta": {"node_id": "9", "node_class": "SaveImage"},
        "created_at": _WHEN,
        "updated_at": _WHEN,
        "type": None,
        "node_id": None,
    }


def _deployment() -> dict[str, Any]:
    workflow_id = f"00000000-0000-4000-8000-{_NUMBER}"
    return {
        "id": f"00000000-0000-4000-9000-{_NUMBER}",
        "user_id": "user_benchmark",
        "org_id": None,
        "workflow_version_id": VERSION_ID,
        "workflow_id": workflow_id,
        "machine_id": MACHINE_ID,
        "share_slug": None,
        "description": "Makes a picture of what is asked for",
        "share_options": None,
        "showcase_media": None,
        "environment": "production",
        "created_at": _WHEN,
        "updated_at": _WHEN,
        "workflow": {"id": workflow_id, "name": f"Flux portrait {_NUMBER}", "cover_url": None},
        "version": {
            "workflow_api": _graph(),
            "id": VERSION_ID,
            "comment": "",
            "created_at": _WHEN,
            "updated_at": _WHEN,
            "version": 3,
            "workflow": _drawing(),
            "workflow_id": workflow_id,
            "user_id": "user_benchmark",
        },
        "dub_link": None,
        "gpu": "A10G",
        "machine_version_id": None,
        "modal_image_id": None,
        "run_timeout": 300,
    }


def _graph() -> dict[str, Any]:
    asked = {
        str(number): {
            "inputs": {
                "input_id": name,
                "display_name": name.title(),
                "default_value": "",
                "description": "What it is",
            },
            "class_type": "ComfyUIDeployExternalText",
            "_meta": {"title": "External Text (ComfyUI Deploy)"},
        }
        for number, name in enumerate(("prompt", "negative", "style", "seed", "model"), start=1)
    }
    others = {str(number): _node(number) for number in range(len(asked) + 1, NODES)}
    saved = {"inputs": {"images": [str(NODES - 1), 0], "filename_prefix": "ComfyUI"}, "class_type": "SaveImage"}
    return {**asked, **others, str(NODES): saved}


def _node(number: int) -> dict[str, Any]:
    values = {f"setting_{index}": "a value of some words, as nodes have them" for index in range(4)}
    return {
        "inputs": {"seed": 1234, "steps": 20, "cfg": 8.0, "model": [str(number - 1), 0], **values},
        "class_type": f"ExampleSampler{number}",
        "_meta": {"title": f"Sampler number {number}"},
    }


def _drawing() -> dict[str, Any]:
    nodes = [
        {
            "id": number,
            "type": f"ExampleSampler{number}",
            "pos": [120.5 * number, 340.25],
            "size": {"0": 315, "1": 262},
            "flags": {},
            "order": number,
            "mode": 0,
            "inputs": [
                {"name": name, "type": name.upper(), "link": number} for name in ("model", "clip", "vae", "latent")
            ],
            "outputs": [
                {"name": name, "type": name.upper(), "links": [number], "slot_index": 0} for name in ("image", "mask")
            ],
            "properties": {"Node name for S&R": f"ExampleSampler{number}"},
            "widgets_values": [1234, "randomize", 20, 8.0, *["a value of some words, as nodes have them"] * 4],
        }
        for number in range(1, NODES + 1)
    ]
    links = [[number, number, 0, number + 1, 0, "MODEL"] for number in range(1, NODES)]
    return {"last_node_id": NODES, "last_link_id": NODES, "nodes": nodes, "links": links, "version": 0.4}


def _packed(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
