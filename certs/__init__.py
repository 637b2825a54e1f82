"""Public trust anchors and the development PKI."""
