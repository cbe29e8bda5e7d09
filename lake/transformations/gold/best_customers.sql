-- A customer of the web shop, and their place among all by what they spent, those of the same sum at the same place.
-- Who are our best customers? Of orders that were neither cancelled nor returned; money is in USD.
WITH summed AS (
  SELECT customer_id, COUNT(*) AS orders, SUM(total) AS spent, MIN(event_time) AS first_order,
    MAX(event_time) AS last_order
  FROM shop_orders
  WHERE status NOT IN ('cancelled', 'returned')
  GROUP BY customer_id
)
SELECT CAST(customer_id AS STRING) AS customer_id, CAST(orders AS BIGINT) AS orders,
  CAST(spent AS DECIMAL(28, 2)) AS spent,
  -- Each engine rounds a long decimal to a double in its own way, and its digits all in the same.
  CAST(CAST(CAST(spent AS STRING) AS DOUBLE) / CAST(orders AS DOUBLE) AS DOUBLE) AS mean_order,
  CAST(first_order AS TIMESTAMP_NTZ) AS first_order, CAST(last_order AS TIMESTAMP_NTZ) AS last_order,
  CAST(RANK() OVER (ORDER BY spent DESC) AS BIGINT) AS place
FROM summed
