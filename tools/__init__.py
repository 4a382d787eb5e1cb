"""Commands for those who work on Curbstop; the product needs none of them."""
