"""What the ERP says of a client's money: settlements, limits, the payment schedule and the papers of each deal."""
