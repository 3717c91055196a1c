"""What a residual network is: the data, what follows from it, its files and the catalog.

Nothing is imported here, so that each user of the layer loads only what it needs.
"""
