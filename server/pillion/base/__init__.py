"""Settings, errors, paths, log and trace: what every layer may use. Imports nothing of Pillion."""
