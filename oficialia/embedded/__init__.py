"""The embedded default: every part of the office on one machine, all from wheels."""
