"""The rules of favourites: stars, lists, their lines, the way into the cart and back."""
