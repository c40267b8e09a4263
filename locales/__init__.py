"""What the bot says: values that know no language, and how they read in each."""
