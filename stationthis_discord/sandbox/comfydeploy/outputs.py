"""Workflows for any kind of result: words in, and one output node for each kind that is asked for."""

from typing import Any

from stationthis_discord.sandbox.comfydeploy.graph import Graph
from stationthis_discord.sandbox.comfydeploy.samples import Nodes

# kind -> class of the node, what it takes the pictures (or whatever it saves) by, and the rest of its inputs
KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "png": ("SaveImage", "images", {"filename_prefix": "picture"}),
    "jpeg": (
        "ComfyDeployOutputImage",
        "images",
        {"filename_prefix": "photo", "file_type": "jpg", "output_id": "photo"},
    ),
    "webp": (
        "ComfyDeployOutputImage",
        "images",
        {"filename_prefix": "still", "file_type": "webp", "output_id": "still"},
    ),
    "exr": ("ComfyDeployOutputEXR", "images", {"filename_prefix": "light", "output_id": "output_exr"}),
    "gif": ("VHS_VideoCombine", "images", {"filename_prefix": "loop", "format": "image/gif", "frame_rate": 8}),
    "awebp": ("SaveAnimatedWEBP", "images", {"filename_prefix": "moving", "fps": 8.0}),
    "apng": ("SaveAnimatedPNG", "images", {"filename_prefix": "flipbook", "fps": 8.0}),
    "mp4": ("VHS_VideoCombine", "images", {"filename_prefix": "film", "format": "video/h264-mp4", "frame_rate": 8}),
    "video": ("SaveVideo", "video", {"filename_prefix": "video/scene", "format": "mp4", "codec": "h264"}),
    "webm": ("SaveWEBM", "images", {"filename_prefix": "clip", "codec": "vp9", "fps": 8.0, "crf": 32.0}),
    "flac": ("SaveAudio", "audio", {"filename_prefix": "audio/take"}),
    "mp3": ("SaveAudioMP3", "audio", {"filename_prefix": "audio/song", "quality": "V0"}),
    "opus": ("SaveAudioOpus", "audio", {"filename_prefix": "audio/voice", "quality": "128k"}),
    "wav": ("ComfyDeployOutputFile", "", {"filename_prefix": "sound", "file": "sound.wav", "output_id": "sound"}),
    "glb": ("SaveGLB", "mesh", {"filename_prefix": "mesh/thing"}),
    "obj": ("TripoSRViewer", "mesh", {}),
    "zip": ("ComfyDeployOutputFile", "", {"filename_prefix": "bundle", "file": "bundle.zip", "output_id": "bundle"}),
    "bin": ("ComfyDeployOutputFile", "", {"filename_prefix": "weights", "file": "a.bin", "output_id": "weights"}),
    "txt": ("ComfyDeployOutputText", "", {"filename_prefix": "words", "text": "some words", "output_id": "words"}),
    "texts": ("ShowText|pysssss", "", {"text": ["first text", "second text", "third text"]}),
    "temp": ("VHS_VideoCombine", "images", {"filename_prefix": "draft", "frame_rate": 8, "save_output": False}),
}


def workflow(*kinds: str, size: int = 128) -> Nodes:
    """A workflow with the inputs `prompt`, `seed` and `images` that saves these kinds of `KINDS`, by default all.

    Pictures are `size` pixels wide and high. Raises `KeyError` for an unknown kind.
    """
    graph = Graph()
    text = graph.ask("Text", "prompt", "Prompt", "What to draw", default_value="a lighthouse")
    seed = graph.ask("Seed", "seed", "Seed", default_value=-1, min_value=1, max_value=4294967295)
    count = graph.ask("NumberSliderInt", "images", "Images", default_value=1, min_value=1, max_value=48)
    latent = graph.add("EmptyLatentImage", width=size, height=size, batch_size=count)
    sampled = graph.add("KSampler", positive=text, negative="", latent_image=latent, seed=seed, steps=20)
    made = graph.add("VAEDecode", samples=sampled)
    for kind in kinds or KINDS:
        name, socket, inputs = KINDS[kind]
        graph.add(name, **({socket: made} if socket else {}), **inputs)
    return graph.nodes
