"""What a Discord user sees: slash commands, buttons and reactions."""
