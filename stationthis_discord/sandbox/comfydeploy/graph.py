"""Builds workflows in ComfyUI's API format, and the editor's drawing of them."""

from typing import Any

from stationthis_discord.sandbox.comfydeploy.jsonb import Json

Link = list[Any]  # [node id, output number]


class Graph:
    """A workflow under construction; node ids count up from 1."""

    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, Any]] = {}
        self._asked = 0
        self._group: dict[str, str] = {}

    def add(self, node_class: str, **inputs: Json) -> Link:
        """A node; returns the link to its first output."""
        node_id = str(len(self.nodes) + 1)
        self.nodes[node_id] = {"class_type": node_class, "inputs": inputs, "_meta": {"title": node_class}}
        return [node_id, 0]

    def group(self, name: str) -> None:
        """Inputs asked from here on belong to this group of the form."""
        self._group = {"cd_input_group_id": name.lower(), "cd_group_name": name}

    def ask(self, kind: str, input_id: str, display_name: str = "", description: str = "", **fields: Json) -> Link:
        """An external input node of class `ComfyUIDeployExternal<kind>`, in the order of asking."""
        labels = {"input_id": input_id, "display_name": display_name, "description": description}
        link = self.add(f"ComfyUIDeployExternal{kind}", **labels, **fields)
        self._asked += 1
        self.nodes[link[0]]["_meta"].update({"cd_input_order": self._asked, **self._group})
        return link


def drawing(nodes: Json) -> dict[str, Any]:
    """The editor's format of a graph, without positions: node types and the values of their widgets."""
    listed = [
        {
            "id": int(node_id) if node_id.isdigit() else 0,
            "type": node.get("class_type"),
            "widgets_values": _widgets(node),
        }
        for node_id, node in (nodes or {}).items()
        if isinstance(node, dict)
    ]
    return {"nodes": listed, "links": [], "groups": [], "config": {}, "extra": {}, "version": 0.4}


def _widgets(node: dict[str, Any]) -> list[Any]:
    inputs = node.get("inputs")
    return [value for value in inputs.values() if not isinstance(value, list)] if isinstance(inputs, dict) else []
