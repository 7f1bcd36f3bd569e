"""Pictures of Discord messages, drawn from their JSON: what people see, without a browser or an account."""

from stationthis_discord.sandbox.shots.message import draw_message

__all__ = ["draw_message"]
