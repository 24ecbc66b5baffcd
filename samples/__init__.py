"""A sample newsroom: six invented publishers whose feeds and pages are served over HTTP on loopback.

The demo, the tests and the benchmarks read it as they would read live sources. Events and persons are
invented; the house styles are those of real agencies and papers.
"""
