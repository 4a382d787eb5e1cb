"""What dated rules say, as pure functions of plain values."""
