"""Files as 1C sends them: names and archives that are checked before a byte reaches the disk."""
