"""What is known of a repository: definitions, references and concepts, per blob, kept beside our clone."""
