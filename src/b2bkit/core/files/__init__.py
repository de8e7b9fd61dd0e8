"""Files: pictures of products."""
