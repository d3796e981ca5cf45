"""What collection stations of body cameras put out: folders, side files, and recordings on their way into the pool."""
