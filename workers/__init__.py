"""The processes that do the work asked for in the register."""
