"""Sources: how what is new is fetched from a folder, an address on the web or a database, as it is there."""
