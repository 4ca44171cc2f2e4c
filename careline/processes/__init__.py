"""The processes of a running line: the line, the brain, and the supervisor that starts both."""
