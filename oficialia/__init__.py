"""The window, the rules and the books of the filing office."""
