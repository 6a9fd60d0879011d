"""Categories with their colours, subcategories, and words."""

from __future__ import annotations

# Category → (colour, subcategory → words, the more usual first).
FLAVORS: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "Fruit": (
        "#c8443a",
        {
            "Berries": ("raspberry", "blackcurrant", "blueberry", "ripe strawberry", "cranberry"),
            "Citrus": ("lemon zest", "orange peel", "pink grapefruit", "lime", "bergamot"),
            "Orchard": ("green apple", "quince", "poached pear", "apricot", "white peach"),
            "Dried": ("raisin", "prune", "dried fig", "date syrup"),
            "Tropical": ("passion fruit", "pineapple", "mango", "lychee"),
        },
    ),
    "Flowers": (
        "#cf6f9c",
        {
            "Blossom": ("jasmine", "orange blossom", "elderflower", "rose petal"),
            "Garden": ("violet", "lavender", "chamomile", "geranium leaf"),
        },
    ),
    "Sweet": (
        "#dd9b35",
        {
            "Sugars": ("caramel", "toffee", "brown sugar", "burnt sugar", "treacle"),
            "Honey and syrup": ("acacia honey", "chestnut honey", "maple syrup"),
            "Bakery": ("vanilla custard", "shortbread", "brioche", "marzipan"),
        },
    ),
    "Nuts and cocoa": (
        "#8b5a3b",
        {
            "Nuts": ("roasted hazelnut", "almond skin", "walnut", "peanut brittle"),
            "Cocoa": ("dark chocolate", "cocoa nibs", "milk chocolate", "cocoa powder"),
        },
    ),
    "Spice": (
        "#a8402f",
        {
            "Warm": ("cinnamon", "clove", "nutmeg", "cardamom"),
            "Sharp": ("black pepper", "ginger", "mustard seed"),
        },
    ),
    "Roast and smoke": (
        "#5f4b43",
        {
            "Roasted": ("dark toast", "roasted barley", "coffee grounds"),
            "Smoked": ("pipe tobacco", "campfire", "smoked tea", "cedar ash"),
        },
    ),
    "Green": (
        "#5a8f4d",
        {
            "Herbs": ("fresh mint", "sage", "bay leaf", "dill"),
            "Garden green": ("cut grass", "pea shoot", "green bell pepper", "tomato leaf"),
            "Dry": ("hay", "straw", "green tea"),
        },
    ),
    "Earth": (
        "#7c7250",
        {
            "Ground": ("wet soil", "beetroot", "forest floor", "mushroom"),
            "Mineral": ("wet slate", "flint", "sea salt", "chalk"),
        },
    ),
    "Sour and fermented": (
        "#c9b037",
        {
            "Acid": ("sharp vinegar", "malic", "tart cherry", "rhubarb"),
            "Fermented": ("cider", "sourdough", "overripe banana", "rum"),
        },
    ),
}
# No category of its own yet: what curation has to look at.
LOOSE = (
    "rasberry",
    "rapsberry",
    "carmel",
    "rose petals",
    "dark choclate",
    "chocolate, dark",
    "orangepeel",
    "green apples",
    "cinamon",
    "jasmin",
    "passionfruit",
    "hazelnut",
    "honey",
    "grandmother's pantry",
    "vanila custard",
)
METAPHORS: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "Places": (
        "#4f7fa8",
        {
            "Outdoors": ("a pine forest after rain", "harbour at dawn", "summer meadow"),
            "Indoors": ("old library", "bakery at five in the morning", "attic in August"),
        },
    ),
    "Sounds": (
        "#7d64a8",
        {
            "Music": ("a cello", "brass band", "slow piano"),
            "Noise": ("crackling vinyl", "distant thunder"),
        },
    ),
    "Materials": (
        "#a8786a",
        {
            "Cloth": ("crushed velvet", "clean linen", "raw silk"),
            "Objects": ("leather armchair", "polished copper"),
        },
    ),
}
# Item → its category, and the categories of flavors that it leans to.
ITEMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Morning Ridge, washed": ("coffee", ("Fruit", "Flowers", "Sweet")),
    "Old Mill espresso": ("coffee", ("Nuts and cocoa", "Roast and smoke", "Sweet")),
    "Lake District natural": ("coffee", ("Fruit", "Sour and fermented", "Sweet")),
    "Seventy of the Coast": ("chocolate", ("Nuts and cocoa", "Fruit", "Earth")),
    "Milk with Sea Salt": ("chocolate", ("Sweet", "Nuts and cocoa", "Earth")),
    "River Bend red": ("wine", ("Fruit", "Spice", "Earth")),
    "Chalk Hill white": ("wine", ("Fruit", "Green", "Earth")),
    "High Terrace oolong": ("tea", ("Flowers", "Green", "Sweet")),
    "Smokehouse black": ("tea", ("Roast and smoke", "Earth", "Spice")),
}
