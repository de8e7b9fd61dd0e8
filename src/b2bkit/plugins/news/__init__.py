"""News, offers and tutorials that staff write, for whom they concern."""
