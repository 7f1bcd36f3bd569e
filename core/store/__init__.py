"""The bot's own database: what has to be delivered, what people set, and the last catalog."""
