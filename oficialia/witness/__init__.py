"""A witness of public ledgers: a program of its own, for somebody who is not the office (`oficialia testigo`).

It needs a key, the public keys of the logs that it watches, and a folder; neither database nor storage.
"""
