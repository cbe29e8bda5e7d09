-- A department that in a year (UTC) hired more people than departments did on average. Who grows fastest?
-- The mean is over all departments of the register, those included that hired nobody that year.
WITH registered AS (
  SELECT COUNT(*) AS departments FROM hr_departments
), hired AS (
  SELECT YEAR(hired_at) AS year, hr_departments.id, hr_departments.department, COUNT(*) AS hired
  FROM hr_hired_employees
  JOIN hr_departments ON hr_departments.id = hr_hired_employees.department_id
  GROUP BY YEAR(hired_at), hr_departments.id, hr_departments.department
), compared AS (
  SELECT year, id, department, hired, departments, SUM(hired) OVER (PARTITION BY year) AS hired_by_all
  FROM hired
  CROSS JOIN registered
)
SELECT CAST(year AS BIGINT) AS year, CAST(id AS BIGINT) AS department_id, CAST(department AS STRING) AS department,
  CAST(hired AS BIGINT) AS hired, CAST(CAST(hired_by_all AS DOUBLE) / CAST(departments AS DOUBLE) AS DOUBLE) AS mean
FROM compared
WHERE hired * departments > hired_by_all
