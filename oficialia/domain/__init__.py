"""The rules of the office: standard library and pure calculation only."""
