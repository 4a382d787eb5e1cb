"""The product over the rows of a large district."""
