"""What belongs to people: who they are to the bot, and what they may."""
