"""The shared words of every room: facts, commands, and the ports to the outside. Pure."""
