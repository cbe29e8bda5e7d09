"""What only the processes of jobs have on their path."""
