"""The 1C in the box: plays 1C's side of the exchange with a site, with data of its own and a page for the manager."""
