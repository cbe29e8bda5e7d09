"""The business of Divisa, pure: frozen values and functions, no clock, no random, no I/O."""
