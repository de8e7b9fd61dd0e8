"""Companies, legal entities, contracts, users, roles, rights, sessions and sign-in."""
