"""What a stocktake is: changes, paths, values, the fold, codes. Standard library only."""
