"""Use cases. Knows neither Discord nor HTTP nor SQL."""
