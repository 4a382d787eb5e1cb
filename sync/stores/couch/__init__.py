"""The document store on a real CouchDB 3.x."""
