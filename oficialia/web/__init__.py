"""HTTP in, Spanish out: no SQL, no storage, no keys."""
