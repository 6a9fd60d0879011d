"""Rules that apps declare, measured on a schedule; what is wrong is an alert until it is well."""
