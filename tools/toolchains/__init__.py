"""One file per ecosystem: what a tree says about how it is built, checked and tested."""
