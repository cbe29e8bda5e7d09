"""Simulated users over real dollar prices. No real person's data is in here: every user is made up."""
