"""Extension: hook specifications, what hooks return, plugins, loading and the kit."""
