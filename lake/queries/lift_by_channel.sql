-- How many more people do what is suggested when they are told, of all and by channel, with intervals of 95 %?
SELECT segment, value, treated_suggestions, treated_rate, holdout_suggestions, holdout_rate, difference, low, high
FROM {gold}.lift
WHERE segment IN ('all', 'channel')
ORDER BY segment, value
