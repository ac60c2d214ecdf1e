"""How a topic is read: which mood its words call up, and which words carry no meaning of their own.

All in lower case and without accents; a stem stands for every word that begins with it.
"""

_STEMS = {
    "love": (
        "amad amant amor boda enamor esposa esposo kiss love loving marriage novia novio pareja"
        " pasion passion romanc spouse sweetheart valentin wedding"
    ),
    "fear": (
        "afraid asust danger fantasma fear ghost horror miedo nightmare panic peligr pesadilla scare"
        " scary spook susto temor terror"
    ),
    "success": (
        "business career carrera champion dinero dream empresa exito fama fame fortun gana goal logro"
        " money negocio success sueno suerte trabajo triumph triunf victor winner winning work"
    ),
    "mystery": (
        "destin enigma fate hidden magi misteri myster occult ocult secret sobrenatural spirit"
        " supernatural unknown"
    ),
    "travel": (
        "abroad adventure aventura beach flight holiday island journey ocean oceano playa road sail"
        " travel trip vacacion vacation viaj voyage vuelo"
    ),
    "childhood": (
        "child colegio escuela infan juguet juventud memor nina ninez nino nostalg pasado recuerdo"
        " remember school youth"
    ),
    "family": (
        "abuel amig brother daddy family father friend grandfa grandma grandmo grandpa herman hija"
        " hijo hogar home madre mama mommy mother padre papa sister"
    ),
    "loss": (
        "absence adios ausencia death despedida duelo farewell goodbye grief heartbreak lonel loss"
        " lost luto muert perdid sadness soledad sorrow triste"
    ),
    "joy": (
        "alegr birthday celebra christmas cumple diversion diverti feliz fiesta happ joy laugh"
        " navidad party reir risa"
    ),
}
MOOD_STEMS = {mood: tuple(stems.split()) for mood, stems in _STEMS.items()}

MOODS_THAT_SUIT = {"phobias": ("fear", "mystery", "childhood")}
"""For the routines that not every mood suits."""

_FUNCTION_WORDS = (
    "a about after al algo all an and ante any aqui are as asi at aun be before but by cada can como"
    " con contra cuando de del desde do donde dos e el ella en entre era es esa ese eso esta este esto"
    " for from fue ha hacia has hasta have hay he her him his how i if in into is it its just la las"
    " le les like lo los mas me mi mis muy my ni no nos not o of off on one only or otra otro our out"
    " over para pero por porque que quien se ser she si sin so sobre some su sus tan te that the their"
    " them then there they this to toda todo too tu un una uno up us was we were what when where which"
    " who why will with would y ya yo you your"
)
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
