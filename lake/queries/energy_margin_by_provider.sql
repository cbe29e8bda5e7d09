-- With which providers does the energy trader earn most? Money in USD; energy is costed at the weighted average.
SELECT member AS provider_id, name, SUM(transactions) AS transactions, SUM(quantity) AS kilowatt_hours,
  SUM(cost) AS cost, SUM(revenue) AS revenue, SUM(margin) AS margin,
  CAST(SUM(margin) AS DOUBLE) / NULLIF(CAST(SUM(revenue) AS DOUBLE), 0) AS margin_rate
FROM {gold}.energy_margins
WHERE party = 'provider'
GROUP BY member, name
ORDER BY margin DESC, provider_id
