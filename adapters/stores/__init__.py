"""Where facts and recordings are kept: the journals and the vault."""
