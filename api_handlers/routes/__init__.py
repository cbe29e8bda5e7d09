"""The operations: one module a concern, each a router. A route parses, makes one call, and answers."""
