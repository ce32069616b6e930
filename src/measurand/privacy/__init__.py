"""What must not leave the house: personal data and secrets, found and replaced."""
