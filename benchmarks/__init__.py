"""What things cost: each benchmark prints its figures, and ratios where two ways of doing a thing are compared."""
