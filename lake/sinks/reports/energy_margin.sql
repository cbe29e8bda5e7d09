-- What the energy of each provider earned in a year, in UTC. Nobody knows which kilowatt-hour was sold to whom, so what
-- was bought counts as sold at the mean price, by quantity, of all sales of energy of that type in that month. Where
-- none was sold in the month it earned nothing yet: it is in `unsold_kwh`, and what it cost is in no margin.
-- The casts leave Redshift digits for the quotient. Quantities are kWh, amounts USD; the highest margin comes first.
WITH months AS (
  SELECT
    DATE_TRUNC('month', event_time) AS month, kind, provider_id, energy_type,
    CAST(SUM(quantity) AS DECIMAL(20, 3)) AS quantity, CAST(SUM(quantity * price) AS DECIMAL(28, 8)) AS amount
  FROM energy_transactions
  WHERE EXTRACT(YEAR FROM event_time) = :year
  GROUP BY DATE_TRUNC('month', event_time), kind, provider_id, energy_type
),
sold AS (
  SELECT month, energy_type, SUM(amount) / SUM(quantity) AS price
  FROM months
  WHERE kind = 'sale'
  GROUP BY month, energy_type
),
bought AS (
  SELECT month, provider_id, energy_type, quantity, amount
  FROM months
  WHERE kind = 'purchase'
)
SELECT
  bought.provider_id,
  providers.name,
  SUM(bought.quantity) AS bought_kwh,
  SUM(CASE WHEN sold.price IS NULL THEN bought.quantity ELSE 0 END) AS unsold_kwh,
  CAST(SUM(bought.amount) AS DECIMAL(18, 2)) AS paid,
  CAST(COALESCE(SUM(bought.quantity * sold.price - bought.amount), 0) AS DECIMAL(18, 2)) AS margin
FROM bought
LEFT JOIN sold ON sold.month = bought.month AND sold.energy_type = bought.energy_type
LEFT JOIN energy_providers AS providers ON providers.provider_id = bought.provider_id
GROUP BY bought.provider_id, providers.name
ORDER BY margin DESC, bought.provider_id
