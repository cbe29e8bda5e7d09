-- Which departments hired more people in a year (UTC) than departments did on average?
-- :year integer, such as 2021: which year
SELECT department_id, department, hired, mean
FROM {gold}.departments_above_mean
WHERE year = :year
ORDER BY hired DESC, department_id
