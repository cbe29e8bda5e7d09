"""Matching alone: which of a million watches does a tick break? The band index beside what one would use without it."""
