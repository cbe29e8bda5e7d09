"""How fast the API is: a handler by itself, its cold import, and whole requests on a laptop cloud."""
