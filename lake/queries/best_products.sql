-- Which products of the web shop sold best in a month (UTC)? Money in USD.
-- :month date, such as 2024-01-01: the first day of the month
-- :places integer, such as 10: how many places; products that sold alike share one
SELECT place, product_id, product, quantity, orders, revenue
FROM {gold}.best_selling_products
WHERE month = :month AND place <= :places
ORDER BY place, product_id
