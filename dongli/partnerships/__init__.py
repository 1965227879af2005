"""Links at work: joint meetings and what they decide; later pairings and micro-projects."""
