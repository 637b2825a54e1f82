"""`make corpus`: a folder of real files, each sent through the real flow, and what became of it. For developers."""
