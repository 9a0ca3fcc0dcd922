"""Mock brokers: a core without I/O, a request in and a reply with its verdict out."""
