"""Stocktake: offline regional stocktaking under the Global Compact on Refugees."""

__version__ = "0.1.0"
