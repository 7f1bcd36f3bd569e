"""Results without what their makers embedded: prompts, workflows, names. Pictures, sound and films stay as they are."""
