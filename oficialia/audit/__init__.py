"""Auditing a public ledger from what it publishes, by anybody: no setting, no database, no word of the office's taken.

`oficialia libro verificar` and `copiar`.
"""
