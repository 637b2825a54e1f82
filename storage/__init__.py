"""Bytes and keys: where every object of a filing lives."""
