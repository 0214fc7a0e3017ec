"""Days, periods and clocks: what ``times`` is made of."""
