"""The wire: guarded sessions, one request and its answer, what robots.txt allows and publishers reserve."""
