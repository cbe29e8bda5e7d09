"""Erasing persons of the lake: every row, file name, old version and old snapshot that names one of them goes."""
