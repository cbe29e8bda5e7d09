"""The SQL that makes one table of others, and its one spelling for every engine."""
