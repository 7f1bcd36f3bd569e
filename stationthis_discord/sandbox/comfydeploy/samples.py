"""The workflows of the sandbox: realistic graphs with the external input nodes people use."""

import json
from typing import Any

from stationthis_discord.sandbox.comfydeploy.graph import Graph, Link
from stationthis_discord.sandbox.comfydeploy.jsonb import Json

Nodes = dict[str, dict[str, Any]]
STYLES = ["photo", "watercolor", "neon", "noir", "aurora", "ember"]
NEGATIVE = "blurry, low quality, watermark"


def text_to_image(prompt: str = "a lighthouse above the clouds", save: str = "SaveImage") -> Nodes:
    graph = Graph()
    text = graph.ask("Text", "prompt", "Prompt", "What to draw", default_value=prompt)
    negative = graph.ask("Text", "negative", "Negative prompt", "What to avoid", default_value=NEGATIVE)
    style = graph.ask("Enum", "style", "Style", default_value="photo", options=json.dumps(STYLES))
    graph.group("Advanced")
    seed = _seed(graph)
    width = graph.ask("NumberInt", "width", "Width", "Pixels", default_value=768)
    height = graph.ask("NumberInt", "height", "Height", "Pixels", default_value=768)
    steps = graph.ask("NumberSliderInt", "steps", "Steps", default_value=20, min_value=1, max_value=50)
    count = graph.ask("NumberSliderInt", "images", "Images", "How many", default_value=1, min_value=1, max_value=4)
    joined = graph.add("StringConcatenate", string_a=text, string_b=style, delimiter=", ")
    latent = graph.add("EmptyLatentImage", width=width, height=height, batch_size=count)
    decoded = _sampled(graph, joined, negative, latent, seed=seed, steps=steps)
    _saved(graph, save, decoded)
    return graph.nodes


def image_to_image() -> Nodes:
    graph = Graph()
    image = graph.ask("Image", "image", "Image", "The picture to start from")
    text = graph.ask("Text", "prompt", "Prompt", "What to make of it", default_value="at dusk, in warm light")
    strength = graph.ask(
        "NumberSlider", "strength", "Strength", "0 keeps the picture", default_value=0.6, min_value=0, max_value=1
    )
    seed = _seed(graph)
    latent = graph.add("VAEEncode", pixels=image, vae=["1", 0])
    _saved(graph, "ComfyDeployOutputImage", _sampled(graph, text, NEGATIVE, latent, seed=seed, denoise=strength))
    return graph.nodes


def upscale() -> Nodes:
    graph = Graph()
    image = graph.ask("Image", "image", "Image", "The picture to enlarge")
    scale = graph.ask("Enum", "scale", "Scale", default_value="2x", options=json.dumps(["2x", "3x", "4x"]))
    _saved(graph, "SaveImage", graph.add("ImageScaleBy", image=image, upscale_method="lanczos", scale_by=scale))
    return graph.nodes


def animation() -> Nodes:
    graph = Graph()
    text = graph.ask("Text", "prompt", "Prompt", "What moves", default_value="waves of northern light")
    frames = graph.ask("NumberSliderInt", "frames", "Frames", default_value=12, min_value=4, max_value=32)
    seed = _seed(graph)
    latent = graph.add("EmptyLatentImage", width=384, height=384, batch_size=frames)
    decoded = _sampled(graph, text, NEGATIVE, latent, seed=seed)
    graph.add("VHS_VideoCombine", images=decoded, frame_rate=8, format="image/webp", filename_prefix="AnimateDiff")
    return graph.nodes


def caption() -> Nodes:
    graph = Graph()
    image = graph.ask("Image", "image", "Image", "The picture to describe")
    text = graph.add("Florence2Run", image=image, task="caption")
    graph.add("ComfyDeployOutputText", text=text, output_id="caption", filename_prefix="caption")
    graph.add("ShowText|pysssss", text=text)
    return graph.nodes


def everything(sample_url: str) -> Nodes:
    """One input of every kind; `sample_url` is the picture its image inputs default to."""
    graph = Graph()
    text = graph.ask("Text", "text", "Text", "Several lines", default_value="a small boat\non a wide river")
    line = graph.ask(
        "TextSingleLine", "line", "One line", "Its default comes from another node", default_value=["3", 0]
    )
    graph.add("PrimitiveString", value="in the morning")
    graph.ask("TextAny", "sampler", "Sampler", "Goes into any socket", default_value="euler")
    graph.group("Numbers")
    graph.ask("Number", "cfg", "CFG", default_value=7.5)
    steps = graph.ask("NumberInt", "steps", "Steps", default_value=20)
    graph.ask("NumberSlider", "denoise", "Denoise", default_value=0.5, min_value=0, max_value=1)
    count = graph.ask("NumberSliderInt", "batch", "Batch", default_value=1, min_value=1, max_value=4)
    seed = _seed(graph)
    graph.ask("Boolean", "hires", "Hires fix", "", default_value=False)
    graph.ask("Enum", "style", "Style", default_value="anime", options=json.dumps(["anime", "photo", "ink"]))
    graph.ask("Color", "tint", "Tint", default_value=[{"r": 250, "g": 160, "b": 92}])
    graph.group("Files")
    _files(graph, sample_url)
    joined = graph.add("StringConcatenate", string_a=text, string_b=line, delimiter=" ")
    latent = graph.add("EmptyLatentImage", width=512, height=512, batch_size=count)
    decoded = _sampled(graph, joined, NEGATIVE, latent, seed=seed, steps=steps)
    _saved(graph, "SaveImage", decoded)
    graph.add("ComfyDeployOutputImage", images=decoded, file_type="webp", output_id="my_image", filename_prefix="out")
    graph.add("SaveAnimatedWEBP", images=decoded, fps=8.0, filename_prefix="moving")
    graph.add("ComfyDeployOutputText", text=joined, output_id="words", filename_prefix="words")
    graph.add("ComfyDeployOutputFile", file=joined, output_id="output_file", filename_prefix="bundle")
    graph.add("PreviewImage", images=decoded)
    return graph.nodes


def broken() -> Nodes:
    """A workflow whose enum has no list of options: it makes `GET /deployments` answer 500 for the whole account."""
    graph = Graph()
    text = graph.ask("Enum", "style", "Style", default_value="a", options="a\nb")
    _saved(graph, "SaveImage", text)
    return graph.nodes


def _files(graph: Graph, sample_url: str) -> None:
    graph.ask("Image", "image", "Image", default_value_url=sample_url)
    graph.ask("ImageAlpha", "cutout", "Cutout", "Keeps transparency", default_value_url=sample_url)
    graph.ask("ImageBatch", "references", "References", "A JSON list of addresses", images="[]")
    graph.ask("Video", "video", "Video", default_value_url="")
    graph.ask("Vid", "clip", "Clip", default_value="")
    graph.ask("Audio", "audio", "Audio", audio_file="")
    graph.ask("EXR", "light", "Light probe", exr_file="", tonemap="sRGB")
    graph.ask("File", "file", "File", file_url="")
    graph.ask("Lora", "lora", default_lora_name="detail.safetensors", lora_save_name="", lora_url="", bearer_token="")
    graph.ask("Checkpoint", "ckpt", default_value="sd_xl_base_1.0.safetensors")
    graph.ask("FaceModel", "face", default_face_model_name="face.safetensors", face_model_url="")
    graph.add("ComfyDeployWebscoketImageInput", input_id="live", display_name="", description="")


def _seed(graph: Graph) -> Link:
    return graph.ask(
        "Seed", "seed", "Seed", "-1 for a new one each time", default_value=-1, min_value=1, max_value=4294967295
    )


def _sampled(graph: Graph, text: Json, negative: Json, latent: Link, **sampler: Json) -> Link:
    """The usual middle: checkpoint, two prompts, sampler, decoder."""
    model = graph.add("CheckpointLoaderSimple", ckpt_name="sd_xl_base_1.0.safetensors")[0]
    positive = graph.add("CLIPTextEncode", text=text, clip=[model, 1])
    avoided = graph.add("CLIPTextEncode", text=negative, clip=[model, 1])
    settings = {"steps": 20, "cfg": 7.0, "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0} | sampler
    links = {"model": [model, 0], "positive": positive, "negative": avoided, "latent_image": latent}
    return graph.add("VAEDecode", samples=graph.add("KSampler", **links, **settings), vae=[model, 2])


def _saved(graph: Graph, node_class: str, images: Link) -> None:
    label = {"output_id": "output_images"} if node_class == "ComfyDeployOutputImage" else {}
    graph.add(node_class, images=images, filename_prefix="ComfyUI", **label)
