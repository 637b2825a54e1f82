"""PDF and certificates: bytes in, bytes or a verdict out."""
