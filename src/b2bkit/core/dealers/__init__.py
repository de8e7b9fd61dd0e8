"""Dealers: what a distributor sees of the companies that sell its goods on."""
