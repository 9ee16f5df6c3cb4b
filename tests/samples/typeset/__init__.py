"""The press: sets the sample reports from `houses/` (letterheads) and `reports/` (texts)."""
