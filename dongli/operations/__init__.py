"""Running the product: database, server, backup, keys and the checks of an operator. No tables, no domain."""
