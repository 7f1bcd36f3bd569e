"""Which classes of nodes are known, what each asks for, and what it reads."""

import pytest

from core.comfydeploy.kinds import InputKind, class_of
from stationthis_discord.sandbox.comfydeploy.external import KINDS, SEED
from tests.core.comfydeploy.graphs import CLASSES

INT32 = 2_147_483_647
LARGEST_SEED = 999_999_999_999_999


@pytest.mark.parametrize(
    ("name", "kind", "soft", "hard"),
    [
        ("Text", InputKind.TEXT, (None, None), (None, None)),
        ("TextAny", InputKind.TEXT, (None, None), (None, None)),
        ("TextSingleLine", InputKind.TEXT, (None, None), (None, None)),
        ("Number", InputKind.NUMBER, (None, None), (-INT32, INT32)),
        ("NumberInt", InputKind.WHOLE, (None, None), (0, INT32)),
        ("NumberSlider", InputKind.NUMBER, (0, 1), (None, None)),
        ("NumberSliderInt", InputKind.WHOLE, (0, 10), (None, None)),
        ("Seed", InputKind.SEED, (1, 4_294_967_295), (1, LARGEST_SEED)),
        ("Boolean", InputKind.SWITCH, (None, None), (None, None)),
        ("Enum", InputKind.CHOICE, (None, None), (None, None)),
        ("Image", InputKind.IMAGE, (None, None), (None, None)),
        ("ImageAlpha", InputKind.IMAGE, (None, None), (None, None)),
        ("ImageBatch", InputKind.IMAGES, (None, None), (None, None)),
        ("Video", InputKind.VIDEO, (None, None), (None, None)),
        ("Vid", InputKind.VIDEO, (None, None), (None, None)),
        ("Audio", InputKind.AUDIO, (None, None), (None, None)),
        ("EXR", InputKind.EXR, (None, None), (None, None)),
        ("File", InputKind.FILE, (None, None), (None, None)),
        ("Lora", InputKind.LORA, (None, None), (None, None)),
        ("Checkpoint", InputKind.CHECKPOINT, (None, None), (None, None)),
        ("FaceModel", InputKind.FACE, (None, None), (None, None)),
        ("Color", InputKind.COLOUR, (None, None), (None, None)),
        ("SomethingNew", InputKind.TEXT, (None, None), (None, None)),
    ],
)
def test_each_class_has_its_kind_and_ranges(
    name: str, kind: InputKind, soft: tuple[float | None, float | None], hard: tuple[float | None, float | None]
) -> None:
    known = class_of(f"ComfyUIDeployExternal{name}")

    assert known is not None
    assert (known.kind, (known.minimum, known.maximum), (known.least, known.most)) == (kind, soft, hard)


def test_each_class_that_the_api_knows_has_a_row_of_its_own() -> None:
    unknown = class_of("ComfyUIDeployExternalSomethingNew")

    rows = {name: class_of(name) for name in [*KINDS, SEED, *(f"ComfyUIDeployExternal{name}" for name in CLASSES)]}

    assert [name for name, row in rows.items() if row is None or row is unknown] == []


def test_only_the_websocket_image_cannot_be_used() -> None:
    assert [name for name in KINDS if getattr(class_of(name), "kind", None) is InputKind.UNUSABLE] == [
        "ComfyDeployWebscoketImageInput"
    ]


@pytest.mark.parametrize(
    "name", ["KSampler", "", "External", "MyComfyUIDeployExternalText", "comfyuideployexternaltext", None, 5, ["x"], {}]
)
def test_other_nodes_ask_for_nothing(name: object) -> None:
    assert class_of(name) is None
