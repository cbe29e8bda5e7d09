-- Departments that hired more people in a year, in UTC, than the mean of all departments, which is over those as well
-- that hired nobody. The most hires come first.
WITH hires AS (
  SELECT departments.id, departments.department, COUNT(hired.id) AS hired
  FROM hr_departments AS departments
  LEFT JOIN hr_hired_employees AS hired
    ON hired.department_id = departments.id AND EXTRACT(YEAR FROM hired.hired_at) = :year
  GROUP BY departments.id, departments.department
)
SELECT hires.id, hires.department, hires.hired
FROM hires
WHERE hires.hired > (SELECT AVG(CAST(every.hired AS DECIMAL(18, 6))) FROM hires AS every)
ORDER BY hires.hired DESC, hires.id
