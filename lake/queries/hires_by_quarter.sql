-- How many people did each department hire for each job, by quarter of a year (UTC)?
-- :year integer, such as 2021: which year
SELECT department, job, q1, q2, q3, q4
FROM {gold}.hires_by_quarter
WHERE year = :year
ORDER BY department, job
