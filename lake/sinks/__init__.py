"""Rows of the lake loaded into databases beside it: a relational one, and a warehouse."""
