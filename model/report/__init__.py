"""An evaluation for people: one page that needs no network and no scripts, and sentences that need no statistics.

words      names and numbers as a reader wants them
sentences  what the figures mean
figures    the plots, as SVG that follows the page's colours
page       all of it in one HTML file
"""
