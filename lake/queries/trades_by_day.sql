-- How many people trade a pair on each day (UTC), and how much base currency do they buy and sell?
-- :pair string, such as USD/MXN: base and quote currency
-- :since date, such as 2024-01-01: the first day
-- :until date, such as 2024-01-31: the last day
SELECT day, COUNT(*) AS users, SUM(trades) AS trades, SUM(bought) AS bought, SUM(sold) AS sold
FROM {gold}.user_days
WHERE pair = :pair AND day BETWEEN :since AND :until
GROUP BY day
ORDER BY day
