"""An invented service to try the product with. Nobody in it is real; its days are counted back from the day it is loaded."""
