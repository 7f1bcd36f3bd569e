"""ComfyUI Deploy's HTTP API: what it is asked, what its answers mean."""
