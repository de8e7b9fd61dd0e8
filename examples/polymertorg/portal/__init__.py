"""What the portal itself knows of Polymertorg and 1C does not: pictures, papers and analogues of goods, kinds of clients, wishes."""
