"""What the bot promises about speed, measured side by side with something that does only that part of the work."""
