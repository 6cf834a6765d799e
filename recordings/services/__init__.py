"""What can be done with recordings. Callers import the module of the verb they need."""
