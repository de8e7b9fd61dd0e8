"""What a file of 1C says -> rows of the portal, one subject a module; a file is applied whole or not at all."""
