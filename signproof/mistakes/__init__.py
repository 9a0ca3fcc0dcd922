"""The catalogue of mistakes: each is a change of a scheme's pipeline, with its text and its fix."""
