"""A conformance harness for request signing; import its modules, nothing is re-exported here."""
