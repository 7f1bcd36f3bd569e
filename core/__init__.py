"""Running ComfyUI Deploy deployments; has never heard of Discord."""
