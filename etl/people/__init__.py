"""Who is named: mentions in a text, names in one form, same or not, known persons and decisions."""
