"""One module per group of commands of the `pillion` program."""
