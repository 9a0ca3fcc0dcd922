"""What a run leaves behind: for a terminal, for a CI server, for a program."""
