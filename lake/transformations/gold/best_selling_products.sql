-- A product of the web shop in a month (UTC), and its place among that month's products by how many were sold, those of
-- the same number at the same place. What sells?
-- Of orders that were neither cancelled nor returned; items whose order is not known yet are left out. A product is
-- called as in its newest item of all.
WITH sold AS (
  SELECT CAST(TRUNC(CAST(item.event_time AS DATE), 'MONTH') AS DATE) AS month, item.product_id, item.order_id,
    item.quantity, item.quantity * item.price AS paid
  FROM shop_order_items AS item
  JOIN shop_orders ON shop_orders.order_id = item.order_id
  WHERE shop_orders.status NOT IN ('cancelled', 'returned')
), named AS (
  SELECT product_id, product,
    ROW_NUMBER() OVER (PARTITION BY product_id ORDER BY event_time DESC, product DESC) AS age
  FROM shop_order_items
), summed AS (
  SELECT month, product_id, SUM(quantity) AS quantity, COUNT(DISTINCT order_id) AS orders, SUM(paid) AS revenue
  FROM sold
  GROUP BY month, product_id
)
SELECT CAST(month AS DATE) AS month, CAST(summed.product_id AS STRING) AS product_id,
  CAST(product AS STRING) AS product,
  CAST(quantity AS BIGINT) AS quantity, CAST(orders AS BIGINT) AS orders,
  CAST(revenue AS DECIMAL(38, 2)) AS revenue,
  CAST(RANK() OVER (PARTITION BY month ORDER BY quantity DESC) AS BIGINT) AS place
FROM summed
JOIN named ON named.product_id = summed.product_id AND named.age = 1
