"""The lake of a laptop cloud: its runs, and a demonstration with every feed."""
