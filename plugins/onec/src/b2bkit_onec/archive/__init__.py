"""Every message between 1C and the portal, kept for a while: to be found, read, compared and applied once more."""
