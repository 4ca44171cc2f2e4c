"""Lines: where calls come from. SIP, simulated, and the socket between line and brain."""
