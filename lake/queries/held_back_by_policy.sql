-- What did the policy keep back, by rule, of the decisions to buy or to sell?
-- :pair string, such as USD/MXN: base and quote currency
-- :since date, such as 2024-01-01: the first day
-- :until date, such as 2024-01-31: the last day
SELECT COALESCE(suppressed, 'none') AS rule, decision, SUM(decisions) AS decisions
FROM {gold}.decision_days
WHERE pair = :pair AND day BETWEEN :since AND :until AND decision <> 'HOLD'
GROUP BY COALESCE(suppressed, 'none'), decision
ORDER BY decisions DESC, rule, decision
