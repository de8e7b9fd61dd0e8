"""CommerceML 2.03-2.10 and 3.x: reading, counting and writing the files of 1C's exchange with a site."""
