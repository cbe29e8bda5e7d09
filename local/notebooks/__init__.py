"""What the notebooks are made of, so that their cells stay short.

setting      where a notebook runs, and how much of everything: read from the environment
data         the files that it is about: simulated, a folder's, or those of a bucket
tables       those files as tables for SQL
learning     a trained model: by the local job, or by the retraining pipeline of a stage on AWS
pipeline     that pipeline, run and waited for
serving      a place to promote to: an endpoint plane on loopback, or a stage on AWS
style        how figures look here, and the plots of the evaluation's page as pictures
…_figures    pictures of past trades, of a training set, of an experiment
"""
