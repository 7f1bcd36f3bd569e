"""How things look and read in Discord: embeds, buttons, sentences, and the message that a run is shown in."""
