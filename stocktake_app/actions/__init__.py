"""One function per thing a user can do; takes data, opens what it needs, returns plain data."""
