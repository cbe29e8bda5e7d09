"""Who may see which column of the lake, as the contracts say it."""
