"""The frozen values that all layers share: facts about a function, and findings."""
