"""What extraction is worth: one module a kind of gold, each giving rows of one table."""
