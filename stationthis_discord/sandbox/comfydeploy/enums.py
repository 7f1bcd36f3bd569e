"""The enumerations of the API, in the order of its database."""

from enum import StrEnum


class Environment(StrEnum):
    """A workflow's deployments are sorted by it."""

    STAGING = "staging"
    PRODUCTION = "production"
    PUBLIC_SHARE = "public-share"
    PRIVATE_SHARE = "private-share"
    PREVIEW = "preview"
    COMMUNITY_SHARE = "community-share"


class Gpu(StrEnum):
    CPU = "CPU"
    T4 = "T4"
    L4 = "L4"
    A10G = "A10G"
    L40S = "L40S"
    A100 = "A100"
    A100_80GB = "A100-80GB"
    H100 = "H100"
    H200 = "H200"
    B200 = "B200"


class MachineType(StrEnum):
    CLASSIC = "classic"
    RUNPOD_SERVERLESS = "runpod-serverless"
    MODAL_SERVERLESS = "modal-serverless"
    COMFY_DEPLOY_SERVERLESS = "comfy-deploy-serverless"
    WORKSPACE = "workspace"
    WORKSPACE_V2 = "workspace-v2"


class ExecutionMode(StrEnum):
    ASYNC = "async"
    SYNC = "sync"
    SYNC_FIRST_RESULT = "sync_first_result"
    STREAM = "stream"
