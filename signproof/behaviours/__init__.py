"""What SDKs do where no vector can say what is right: questions, each with what was observed."""
