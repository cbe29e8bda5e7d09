"""From files as they were handed in to typed rows, and to rows that were set aside with their reasons."""
