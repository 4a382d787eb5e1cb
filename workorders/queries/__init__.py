"""What pages, reports, documents, search and the rules read. Nothing here writes."""
