"""The endpoints of the sandbox, one family per file."""
