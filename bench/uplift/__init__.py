"""What a model of the effect of a message is worth where the effect is known: in the closed loop of simulated users."""
