"""May a candidate take the live model's place? Gates on numbers and arrays, each with its name, measure and limit.

gate         what a gate is, and how a model is refused by name
limits       where each of them closes
artefact     opening an artefact: whole, made for this code, of this code's features
evidence     questions of which is known what became of them, and what a model says of them
intervals    how sure a mean over rows is, by bootstrap over users
log_loss     beside the live model, in all and by segment
calibration  probabilities beside frequencies
promise      what the candidate's own metrics claim, beside what it holds
reference    decision bands beside scikit-learn's own predictions
parity       logged questions beside those made anew from the ledger and the prices
drift        the population stability index between training and now
latency      how long the serving code takes
judging      all of them
"""
