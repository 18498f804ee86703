from dusty.bag import Bag
from dusty.signing import signature

__all__ = ["Bag", "signature"]
