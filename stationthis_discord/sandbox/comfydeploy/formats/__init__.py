"""Writers of file formats: structurally right, with the metadata that ComfyUI's nodes put into each."""
