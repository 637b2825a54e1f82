"""The tables of the register; no rules."""
