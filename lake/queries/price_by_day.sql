-- What did a pair cost on each day (UTC)? Mids, in quote currency.
-- :pair string, such as USD/MXN: base and quote currency
-- :since date, such as 2024-01-01: the first day
-- :until date, such as 2024-01-31: the last day
SELECT day, prices, open, high, low, close, mean
FROM {gold}.daily_prices
WHERE pair = :pair AND day BETWEEN :since AND :until
ORDER BY day
