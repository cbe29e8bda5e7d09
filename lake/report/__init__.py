"""One page that says how the platform and its lake fare, with everything in it: no script, no link, no other file."""
