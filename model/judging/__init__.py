"""What can be said of a model's probabilities on rows that it never saw.

    segments   which rows belong to whom: newcomers, rare and frequent traders, pairs, groups
    intervals  how far figures would move with other users
    messages   what so many messages bring: the model beside the baselines and the ceiling
    curves     points of calibration and precision-recall curves
    influence  which features matter, and how
    drift      how unlike rows are to those that the model learned from
    judged     the model that is judged
    judge      all but the influence in one document

It imports nothing but numpy and scikit-learn, so that it runs in the managed image too.
"""
