"""The demonstration: real calls with audio through a real line, each checked."""
