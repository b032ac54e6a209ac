"""Words by which commands speak of rooms and things, beyond the names in a world file.

Which colours and names pass for which is what people did in the published commands: the red room is also
called pink, peach and orange, the blue one purple and violet; the one block is a chair, a dog or a bag.
"""

from __future__ import annotations

from collections.abc import Mapping


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Colour word -> colours it may stand for, the likeliest first.
LOOSE_COLOURS: Mapping[str, tuple[str, ...]] = {
    "pink": ("magenta", "red", "purple"), "peach": ("orange", "pink", "red"), "orange": ("amber", "red"),
    "salmon": ("pink", "red"), "rose": ("pink", "red"), "magenta": ("pink", "purple", "red"),
    "crimson": ("red",), "scarlet": ("red",), "maroon": ("red", "brown"), "ruby": ("red",),
    "purple": ("violet", "blue", "magenta", "red"), "violet": ("purple", "blue"), "lavender": ("purple", "blue"),
    "indigo": ("blue", "purple"), "navy": ("blue",), "azure": ("blue",), "cyan": ("blue", "green"),
    "teal": ("green", "blue"), "turquoise": ("blue", "green"), "lime": ("green",), "olive": ("green",),
    "emerald": ("green",), "mint": ("green",), "gold": ("yellow",), "golden": ("yellow",),
    "amber": ("orange", "yellow"),
    "red": (), "green": (), "blue": (), "yellow": (), "white": ("ivory",), "ivory": ("white",), "cream": ("white",),
    "black": (), "grey": ("gray", "silver"), "gray": ("grey", "silver"), "silver": ("grey", "gray"),
    "brown": ("tan",), "tan": ("brown", "beige"), "beige": ("tan", "brown"),
}  # fmt: skip

#: Colours by which the published commands call the three rooms: models have seen them.
SEEN_COLOURS = _set("red green blue pink purple violet orange peach")

#: What any thing may be called.
ANY_THING = _set("object objects thing item block toy stuff piece")
#: Names that pass for one another where there is only one thing.
SOME_THING = ANY_THING | _set(
    "chair seat stool box bag backpack dog puppy duck chicken animal doll robot crate cube furniture pet"
)
#: Kinds of rooms that a world may lack: wherever they are named, they are meant.
ROOM_NOUNS = _set(
    "kitchen bathroom bedroom lounge lobby garage garden basement cellar attic library study closet balcony "
    "office toilet pantry laundry nursery classroom laboratory lab workshop warehouse canteen cafeteria elevator "
    "porch patio terrace foyer"
)
#: Where else one cannot go; they count only after "go to the".
PLACE_NOUNS = _set(
    "pool beach shop school station park bridge tower roof street moon bank castle island hospital market church "
    "stadium museum airport supermarket bakery restaurant cafe bar hotel gym theatre theater cinema zoo farm "
    "field forest lake river sea ocean harbour harbor mountain hill valley village city country yard lawn "
    "driveway pavement sidewalk road highway motorway bus train staircase stairs stairwell lift escalator gate "
    "fence bench shed barn greenhouse gallery courtyard playground parking post police prison university college "
    "factory embassy sun stars space-station sauna cupboard wardrobe shelf fridge sink bathtub shower oven stove "
    "fireplace chimney window ceiling"
)
#: Things that a world may lack; they count only after "take the".
THING_NOUNS = _set(
    "banana apple orange pear lemon tomato potato carrot onion egg bread cheese butter milk juice water coffee "
    "tea beer wine soup salad pizza sandwich cake cookie rice pasta meat fish book phone cup mug glass bottle "
    "bowl plate dish pan pot knife fork spoon lamp light bulb table desk bed couch sofa pillow blanket sheet "
    "towel rug carpet curtain cat horse cow pig bird rabbit mouse hamster baby child man woman ball bicycle bike "
    "car truck van lorry boat plane tree plant flower leaf stone rock sand cube pyramid cylinder sphere basket "
    "bucket bin trash garbage rubbish suitcase luggage parcel package letter newspaper magazine pen pencil paper "
    "scissors hammer screwdriver drill saw nail ladder rope chain tool toolbox broom mop vacuum sponge brush soap "
    "shampoo toothbrush mirror clock watch television tv radio computer laptop keyboard printer camera battery "
    "cable charger remote piano guitar violin drum shoe shoes shirt trousers dress coat jacket hat glove sock "
    "umbrella wallet key keys purse coin money fridge oven stove microwave dishwasher kettle toaster shelf "
    "cupboard wardrobe drawer cabinet bookcase bookshelf vase candle picture painting photo poster map flag "
    "medicine pill bandage wheelchair trolley cart wagon crane barrel pallet gun sword bomb laundry document "
    "report"
)

#: What a room may be called besides its names: "the other room", "the room on the left".
ROOM_ADJECTIVES = _set(
    "the a an this that other another next same first second third last one two both each every all large larger "
    "largest big bigger biggest small smaller smallest long main new old previous current original starting start "
    "initial adjacent adjoining connecting connected neighboring neighbouring nearest closest near far farthest "
    "furthest bottom top upper lower left right middle center centre north south east west northern southern "
    "eastern western opposite right-hand left-hand lefthand righthand different your my our its it's his their of "
    "to in into and or then from through thru toward towards between which what any whole entire single square "
    "rectangular coloured colored open empty dark light bright beginning final goal target previously leftmost "
    "rightmost facing separate corner outer inner enter exit leave go is with at by on out around inside across "
    "behind under past near outside down up wide tall where's that's 's s side door"
)
#: Verbs whose object is a thing that is to be moved.
CARRYING = _set(
    "push pushes pushing pull pulling take taking bring bringing grab grabbing carry carrying drag dragging fetch "
    "deliver shove retrieve grasp lift put place pick collect throw roll haul transport"
)
#: What may follow such a verb and is no thing: "take a step", "take the door".
NOT_THINGS = _set(
    "room rooms door doors doorway doorways wall walls side way path route step steps pace paces space spaces spot "
    "spots square squares unit units turn turns move moves movement left right up down north south east west "
    "forward back backward straight ahead it that this them one two three four five six seven eight nine ten other "
    "another next same first second third exit entrance opening hall hallway corner end edge middle center centre "
    "bottom top time times place position direction few couple single short long quick slight quarter half full "
    "ninety hard u more minute second seconds look break rest through into to in out away and then until from of "
    "with for at on over past under around there here you your yourself itself him her degree degrees stand seat "
    "entry threshold area same shortest left stop straight little bit large small"
)
#: Verbs after which "to" tells where.
GOING = _set(
    "go goes going move moves moving walk walks drive run head travel proceed return come enter leave exit turn"
)
PREPOSITIONS = _set("to in into from through thru toward towards of at inside behind past near")
DETERMINERS = _set("the a an that this those these your my its")
#: Adjectives between a determiner and a thing.
THING_ADJECTIVES = _set(
    "big small large little same other single lone only yellow wooden old new heavy nearest closest "
    "color colour coloured colored"
)

#: Frequent words of other languages that are no English words.
FOREIGN = _set(
    "der das und nicht bitte geh gehe gehen bringe hol hole schiebe den dem ein eine einen zum zur nach mit für auf "
    "ist ich du wir drei zwei links rechts oben unten raum zimmer stuhl le les des une dans avec pour vers va aller "
    "aux chambre pièce chaise pousse gauche droite puis et du au sur est je el los las una en con para hacia hasta "
    "por ve ir lleva empuja habitación silla derecha izquierda arriba abajo muévete mueve pasos dos tres luego y il "
    "gli nella nel della del vai stanza sedia spingi poi sinistra destra torna porta alla een het naar met de van "
    "ga kamer stoel duw dan och till gå det rummet stolen till och sedan idź do pokoju krzesło przesuń jdi pokoje "
    "huoneeseen mene odaya git ve kutuyu para o os as uma sala cadeira vá esquerda direita depois wasser küche "
    "holen glas"
) - _set("in on a do die to den as is was so am an at me he de dos y o place ten die glas on hole gut")  # fmt: skip
