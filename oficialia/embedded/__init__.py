"""The embedded default: real services from wheels, and the supervisor that runs them beside our own processes.

For the demo, for `make run` and for the tests; in production each service is somebody's, and systemd supervises.
"""
