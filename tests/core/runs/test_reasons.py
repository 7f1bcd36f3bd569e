"""Which cause the words of machines tell of: texts as users of ComfyUI report them."""

import pytest
from hypothesis import given

from core.comfydeploy.outputs import Reason
from core.runs.reasons import Cause, cause_of
from tests.anything import QUICK, texts

OOM, MODEL, INVALID, TIME, OTHER = (
    Cause.OUT_OF_MEMORY,
    Cause.MISSING_MODEL,
    Cause.INVALID,
    Cause.TIME_OUT,
    Cause.OTHER,
)


@pytest.mark.parametrize(
    ("kind", "message", "cause"),
    [
        ("torch.OutOfMemoryError", "Allocation on device", OOM),
        ("torch.cuda.OutOfMemoryError", "", OOM),
        (
            None,
            "Allocation on device 0 would exceed allowed memory. (out of memory)\nCurrently allocated : 18.38 GiB",
            OOM,
        ),
        (None, "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.69 GiB", OOM),
        ("RuntimeError", "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported", OOM),
        ("torch.AcceleratorError", "CUDA error: out of memory", OOM),
        ("RuntimeError", "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", OOM),
        (None, "HIP out of memory. Tried to allocate 4.00 GiB.", OOM),
        ("RuntimeError", "MPS backend out of memory (MPS allocated: 16.91 GB). Tried to allocate 1.28 GB", OOM),
        ("RuntimeError", "[enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: not enough memory: you tried", OOM),
        ("RuntimeError", "DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.", OOM),
        ("numpy.core._exceptions._ArrayMemoryError", "Unable to allocate 1.20 GiB for an array", OOM),
        ("MemoryError", "", OOM),
        (
            "FileNotFoundError",
            r"Model in folder 'loras' with filename 'lcm\SD1.5\weights.safetensors' not found.",
            MODEL,
        ),
        ("FileNotFoundError", 'No such file or directory: "C:\\\\models\\\\LLM\\\\model-00001.safetensors"', MODEL),
        ("FileNotFoundError", "[Errno 2] No such file or directory: '/comfyui/models/sams/vit_b.pth'", MODEL),
        (None, "Value not in list: ckpt_name: 'v1-5-pruned-emaonly.ckpt' not in []", MODEL),
        (
            None,
            "Prompt outputs failed validation: - Value not in list: unet_name: 'a.safetensors' not in ['b.pt']",
            MODEL,
        ),
        (None, "Value not in list: lora_0: 'style/a b (v2).safetensors' not in (list of length 33)", MODEL),
        ("OSError", "Error no file named pytorch_model.bin, model.safetensors found in directory /models.", MODEL),
        ("OSError", "a/b is not a local folder and is not a valid model identifier listed on the hub", MODEL),
        ("ValueError", "Prompt outputs failed validation", INVALID),
        (None, "{'type': 'prompt_outputs_failed_validation', 'message': '', 'details': ''}", INVALID),
        (None, "Failed to validate prompt for output 16:\n* KSampler 3:", INVALID),
        (None, "Required input is missing: image", INVALID),
        (None, "Value not in list: supersample: 'nearest' not in ['true', 'a.safetensors']", INVALID),
        (None, "Value -1 smaller than min of 1: steps", INVALID),
        (None, "Value 200 bigger than max of 100: steps", INVALID),
        (None, "Failed to convert an input value to a INT value: seed, x, invalid literal", INVALID),
        (None, "Return type mismatch between linked nodes: model, VAE != MODEL", INVALID),
        (None, "Custom validation failed for node: image - Invalid image file: x.png", INVALID),
        (None, "Cannot execute because node FaceDetailer does not exist.", INVALID),
        ("requests.exceptions.ReadTimeout", "HTTPSConnectionPool(host='h', port=443): Read timed out.", TIME),
        ("TimeoutError", "", TIME),
        ("subprocess.TimeoutExpired", "Command 'ffmpeg'", TIME),
        ("FileNotFoundError", "[Errno 2] No such file or directory: '/comfyui/input/face.png'", OTHER),
        ("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (77x768 and 4096x5120)", OTHER),
        ("ValueError", "the timeout_seconds and memory options go together", OTHER),
        ("ValueError", "", OTHER),
        (None, "", OTHER),
    ],
)
def test_the_cause_is_told_by_the_words(kind: str | None, message: str, cause: Cause) -> None:
    assert cause_of(Reason(message, "KSampler", kind)) is cause


@QUICK
@given(texts, texts)
def test_any_words_have_a_cause(kind: str, message: str) -> None:
    assert cause_of(Reason(message, None, kind)) in Cause


@pytest.mark.parametrize(
    "part",
    ["Value not in list: ", "No such file or directory: '", "FileNotFoundError", "a.safetensors ", "Value 1", "Memory"],
)
def test_words_without_end_have_a_cause(part: str) -> None:
    assert cause_of(Reason(part * 100_000, None, "ValueError")) in Cause
