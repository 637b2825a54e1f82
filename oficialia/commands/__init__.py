"""The commands of `oficialia`, one subject a file."""
