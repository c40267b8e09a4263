"""Tables, stores, sealing of secrets, migrations."""
