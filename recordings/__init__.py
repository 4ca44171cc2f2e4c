"""Recordings: who may be recorded, and the framing of the sealed format. Pure."""
