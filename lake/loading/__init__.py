"""From what lands to tables: received, checked, merged, summed up and accounted for; each step may be run again."""
