"""The CSV contracts: anyone's own files, and the simulator's."""
