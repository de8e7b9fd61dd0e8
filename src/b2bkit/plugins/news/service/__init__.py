"""The rules of news, by what is done."""
