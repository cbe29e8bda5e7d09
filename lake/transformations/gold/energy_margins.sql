-- What the energy trader bought of a provider, or sold to a type of customer, of a type of energy, and what that earns.
-- `party` is provider or customer_type and `member` which one. With whom does the trader earn money?
-- Energy is alike whoever made it, so nobody knows whose was sold to whom: it is costed at the weighted average. What
-- was sold costs its quantity times the average price at which that type of energy was bought, and what was bought
-- brings its quantity times the average price at which it is sold, over all time, weighted by quantity and rounded half
-- up to a millionth of a dollar. Null where none was bought, or sold. Quantities are in kWh, money in USD; the margin
-- is revenue less cost, and its rate a part of the revenue.
WITH totals AS (
  SELECT energy_type,
    SUM(CASE WHEN kind = 'purchase' THEN quantity END) AS bought,
    SUM(CASE WHEN kind = 'purchase' THEN CAST(CAST(quantity AS DECIMAL(19, 3)) * price AS DECIMAL(36, 7)) END) AS paid,
    SUM(CASE WHEN kind = 'sale' THEN quantity END) AS sold,
    SUM(CASE WHEN kind = 'sale' THEN CAST(CAST(quantity AS DECIMAL(19, 3)) * price AS DECIMAL(36, 7)) END) AS taken
  FROM energy_transactions
  GROUP BY energy_type
), doubles AS (
  -- Each engine rounds a long decimal to a double in its own way, and its digits all in the same.
  SELECT energy_type, CAST(CAST(bought AS STRING) AS DOUBLE) AS bought, CAST(CAST(paid AS STRING) AS DOUBLE) AS paid,
    CAST(CAST(sold AS STRING) AS DOUBLE) AS sold, CAST(CAST(taken AS STRING) AS DOUBLE) AS taken
  FROM totals
), millionths AS (
  SELECT energy_type,
    CAST(FLOOR(paid / bought * 1000000 + CAST(0.5 AS DOUBLE)) AS BIGINT) AS bought_at,
    CAST(FLOOR(taken / sold * 1000000 + CAST(0.5 AS DOUBLE)) AS BIGINT) AS sold_at
  FROM doubles
), averages AS (
  SELECT energy_type,
    CAST(CAST(bought_at AS DECIMAL(12, 0)) * CAST(0.000001 AS DECIMAL(7, 6)) AS DECIMAL(18, 6)) AS bought_at,
    CAST(CAST(sold_at AS DECIMAL(12, 0)) * CAST(0.000001 AS DECIMAL(7, 6)) AS DECIMAL(18, 6)) AS sold_at
  FROM millionths
), members AS (
  SELECT 'provider' AS party, purchase.provider_id AS member, provider.name, purchase.energy_type,
    purchase.quantity, purchase.price
  FROM energy_transactions AS purchase
  LEFT JOIN energy_providers AS provider ON provider.provider_id = purchase.provider_id
  WHERE purchase.kind = 'purchase'
  UNION ALL
  SELECT 'customer_type', COALESCE(customer.customer_type, 'unknown'), COALESCE(customer.customer_type, 'unknown'),
    sale.energy_type, sale.quantity, sale.price
  FROM energy_transactions AS sale
  LEFT JOIN energy_customers AS customer ON customer.customer_id = sale.customer_id
  WHERE sale.kind = 'sale'
), summed AS (
  SELECT party, member, name, energy_type, COUNT(*) AS transactions, CAST(SUM(quantity) AS DECIMAL(19, 3)) AS quantity,
    CAST(SUM(CAST(CAST(quantity AS DECIMAL(19, 3)) * price AS DECIMAL(36, 7))) AS DECIMAL(30, 9)) AS money
  FROM members
  GROUP BY party, member, name, energy_type
), earned AS (
  SELECT party, member, name, summed.energy_type, transactions, quantity,
    CASE WHEN party = 'provider' THEN money ELSE CAST(quantity * bought_at AS DECIMAL(30, 9)) END AS cost,
    CASE WHEN party = 'provider' THEN CAST(quantity * sold_at AS DECIMAL(30, 9)) ELSE money END AS revenue
  FROM summed
  JOIN averages ON averages.energy_type = summed.energy_type
)
SELECT CAST(party AS STRING) AS party, CAST(member AS STRING) AS member, CAST(name AS STRING) AS name,
  CAST(energy_type AS STRING) AS energy_type, CAST(transactions AS BIGINT) AS transactions,
  CAST(quantity AS DECIMAL(19, 3)) AS quantity, CAST(cost AS DECIMAL(30, 9)) AS cost,
  CAST(revenue AS DECIMAL(30, 9)) AS revenue, CAST(revenue - cost AS DECIMAL(30, 9)) AS margin,
  CAST(CAST(CAST(revenue - cost AS STRING) AS DOUBLE) / NULLIF(CAST(CAST(revenue AS STRING) AS DOUBLE), 0) AS DOUBLE)
    AS margin_rate
FROM earned
