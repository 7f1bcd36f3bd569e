"""The colours that drawings of emojis share."""

GREEN, RED, BLUE, YELLOW = "#77b255", "#dd2e44", "#3b88c3", "#ffcc4d"
ORANGE, AMBER, BROWN, DARK = "#f4900c", "#ffac33", "#c1694f", "#31373d"
GREY, STEEL, SLATE, PALE = "#99aab5", "#8899a6", "#66757f", "#ccd6dd"
PAPER, WHITE, SKY = "#e1e8ed", "#ffffff", "#bdddf4"
