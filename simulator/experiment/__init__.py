"""The closed-loop experiment: one population, several ways of choosing whom to tell, the same real prices.

plan      what is run
lives     the users' state, day by day
advisers  who says what to whom: the protocol, and the simulator's own probabilities, the oracle
alerts    what a user could have today: fixed rate alerts and crossings of averages
tuning    which of those does best on the years before
pacing    the same number of messages for everybody
telling   the policy's rules, between advice and message
loop      one adviser's years
tally     what came of them, and intervals over seeds
"""
