"""Try and test the bot without accounts: a local ComfyUI Deploy and a local Discord, both on loopback."""
