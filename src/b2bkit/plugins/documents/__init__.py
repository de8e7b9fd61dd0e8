"""Papers as files: a policy per kind, pages as marked pictures, originals on request."""
