"""Independent answers, from which the vectors are written.

Nothing here imports `signers`: requests are assembled as documented, plainly, and the digests and
MACs come from the `openssl` command. A test proves it.
"""
