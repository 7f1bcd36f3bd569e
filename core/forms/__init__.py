"""From a deployment's inputs to a form, and from what people fill in to an order."""
