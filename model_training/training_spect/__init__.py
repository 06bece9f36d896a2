"""Training and scoring of the network in three dimensions: tomographies of one field."""
