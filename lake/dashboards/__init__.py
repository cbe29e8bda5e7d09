"""What dashboards are made of: named queries as data sets of QuickSight."""
