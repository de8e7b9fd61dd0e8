"""Home: the page that says what waits today."""
