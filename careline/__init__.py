"""The application: composition root, drivers and command line."""

__version__ = "0.1.0"
