"""How an implementation is driven: in this process, or as a program over stdio."""
