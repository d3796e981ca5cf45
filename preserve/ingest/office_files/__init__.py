"""What office documents hold that a page made of them does not show, and copies in which nothing is filled in anew."""
