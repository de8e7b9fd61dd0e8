"""Chat of clients' people with their personal managers: live, with read marks, in 1C as a task, by mail when it stays unread."""
