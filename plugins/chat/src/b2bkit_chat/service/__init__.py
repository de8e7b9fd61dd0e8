"""The rules of the chat, one module per use case."""
