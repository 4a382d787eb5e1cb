"""`make pictures`: the README's screenshots and its animation of a day, made anew from the demo."""
