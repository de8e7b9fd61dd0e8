"""Rules of the plugin, by use."""
