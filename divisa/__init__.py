"""Divisa: tells each person on a currency platform when the dollar's price is one to buy or to sell at."""
