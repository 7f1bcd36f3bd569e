"""StationThis Discord: run ComfyUI Deploy deployments from Discord."""
