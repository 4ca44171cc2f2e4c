"""Recordings: consent, pause and resume, the sealed format, the manifest, retention. Pure."""
