"""Who may do what: the access matrix, profiles of accounts, acting for a client, standing in for a colleague."""
