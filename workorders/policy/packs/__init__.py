"""Sample rule packs as JSON: dated rules and texts, each with the sentences of the law that it holds."""
