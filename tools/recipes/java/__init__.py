"""Recipes for Java projects that Maven builds: POMs edited byte-exact, sources by syntax tree."""
