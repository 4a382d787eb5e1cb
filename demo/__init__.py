"""A plainly invented district to try everything on, and a day of its work played over the network."""
