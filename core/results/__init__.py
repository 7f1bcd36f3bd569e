"""What a run made, made to fit the place where it is shown."""
