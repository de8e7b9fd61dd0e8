"""The rules of tickets, by what is done."""
