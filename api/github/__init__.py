"""GitHub as a door: comments and labels come in, one status comment and a draft pull request go out."""
