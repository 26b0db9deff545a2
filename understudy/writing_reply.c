/* What is said where no product helps: to thanks, to questions for the shop's people, to somebody in need. */
#include <string.h>

#include "understudy/writing.h"

static const struct {
    const char *what, *words[TONGUES];
} replies[] = {
    { "crisis",
      { "I'm really sorry that you feel like this. I only know about clothes, and you deserve somebody who "
        "can "
        "listen: please call your local emergency number (112 in Europe, 911 in the US), a crisis line (988 "
        "in "
        "the US and Canada, 116 123 in the UK and Ireland; findahelpline.com lists others), or somebody you "
        "trust. "
        "You don't have to be alone with this.",
        "Es tut mir sehr leid, dass es dir so geht. Ich kenne mich nur mit Kleidung aus, und du verdienst "
        "jemanden, "
        "der zuhört: Ruf bitte die Telefonseelsorge an (0800 111 0 111, kostenlos, rund um die Uhr), den "
        "Notruf "
        "112, oder jemanden, dem du vertraust. Du musst damit nicht allein sein.",
        "Je suis vraiment désolé que vous alliez si mal. Je ne m’y connais qu’en vêtements, et vous méritez "
        "d’être "
        "écouté : appelez le 3114 (gratuit, jour et nuit), le 112, ou une personne de confiance. Vous n’êtes "
        "pas "
        "seul.",
        "Siento mucho que te sientas así. Yo solo entiendo de ropa, y mereces que alguien te escuche: llama "
        "al 024 "
        "(gratuito, a cualquier hora), al 112 o a alguien de confianza. No tienes que estar a solas con "
        "esto." } },
    { "service",
      { "Delivery, returns, payment and orders are a matter for the shop's own customer service; I only know "
        "what "
        "there is to wear. Shall I find you something?",
        "Zu Versand, Rückgabe, Zahlung und Bestellungen weiß der Kundendienst dieses Shops Bescheid; ich "
        "kenne nur "
        "die Kleidung. Soll ich dir etwas heraussuchen?",
        "Pour la livraison, les retours, le paiement et les commandes, le service client de la boutique "
        "saura "
        "répondre ; moi, je ne connais que les vêtements. Vous cherchez une tenue ?",
        "Los envíos, las devoluciones, los pagos y los pedidos los lleva el servicio de atención al cliente; "
        "yo "
        "solo conozco la ropa. ¿Te busco algo?" } },
    { "care",
      { "How to wash it stands on the label, and mostly on the page that its card links to. As a rule of "
        "thumb: "
        "wool, cashmere and silk by hand and lukewarm, linen and cotton in the machine. Shall I find you "
        "something?",
        "Wie man es wäscht, steht auf dem Etikett und meist auf der Seite, zu der die Karte führt. Als "
        "Faustregel: Wolle, Kaschmir und Seide lauwarm von Hand, Leinen und Baumwolle in die Maschine. Soll "
        "ich dir etwas heraussuchen?",
        "L’entretien est indiqué sur l’étiquette, et souvent sur la page de l’article. En règle générale : "
        "laine, cachemire et soie à la main et à l’eau tiède, lin et coton en machine. Je vous cherche "
        "quelque "
        "chose ?",
        "Cómo se lava lo dice la etiqueta, y casi siempre la página a la que lleva la ficha. Por regla "
        "general: lana, cachemira y seda a mano con agua tibia; lino y algodón, a máquina. ¿Te busco "
        "algo?" } },
    { "sizing",
      { "I can't measure, I'm afraid: the page that a card links to has the shop's own size chart. Tell me "
        "the "
        "size you usually wear, and I'll keep to what comes in it.",
        "Messen kann ich leider nicht; die Größentabelle steht auf der Seite, zu der die Karte führt. Sag "
        "mir "
        "deine übliche Größe, dann zeige ich nur, was es darin gibt.",
        "Je ne peux pas mesurer ; le guide des tailles est sur la page de l’article. Dites-moi votre taille "
        "habituelle, et je m’y tiendrai.",
        "No puedo medir; la guía de tallas está en la página a la que lleva la ficha. Dime tu talla habitual "
        "y me ceñiré a ella." } },
    { "cheapest",
      { "Here they are, the lowest price first. Tell me a size, a colour or what it's for, and I'll narrow "
        "it "
        "down.",
        "Hier sind sie, der niedrigste Preis zuerst. Mit Größe, Farbe oder Anlass grenze ich es gern ein.",
        "Les voici, le prix le plus bas d’abord. Une taille, une couleur ou une occasion, et je précise.",
        "Aquí están, primero el precio más bajo. Dime talla, color u ocasión y lo afino." } },
    { "dearest",
      { "Here they are, the highest price first. Tell me a size, a colour or what it's for, and I'll narrow "
        "it "
        "down.",
        "Hier sind sie, der höchste Preis zuerst. Mit Größe, Farbe oder Anlass grenze ich es gern ein.",
        "Les voici, le prix le plus élevé d’abord. Une taille, une couleur ou une occasion, et je précise.",
        "Aquí están, primero el precio más alto. Dime talla, color u ocasión y lo afino." } },
    { "brand",
      { "Here is some of what there is of theirs. Tell me what kind of thing, which size or what it's for, "
        "and "
        "I'll go through the rest.",
        "Hier ist einiges von dieser Marke. Sag mir, was für ein Teil, welche Größe oder wofür, und ich sehe "
        "den Rest durch.",
        "Voici une partie de ce qu’il y a de cette marque. Dites-moi quel genre, quelle taille ou pour "
        "quelle "
        "occasion, et je regarde le reste.",
        "Aquí tienes algo de esa marca. Dime qué tipo de prenda, qué talla o para qué ocasión, y miro el "
        "resto." } },
    { "photo",
      { "Every card beside my words has a picture, and its link leads to the shop's own page with more of "
        "them. "
        "Tell me what you'd like to see.",
        "Auf jeder Karte neben meinem Text ist ein Bild, und der Link führt zur Seite des Shops mit "
        "weiteren. Was "
        "möchtest du sehen?",
        "Chaque fiche à côté de mon texte a une image, et son lien mène à la page de la boutique. Que "
        "voulez-vous "
        "voir ?",
        "Cada ficha junto a mi texto tiene una imagen, y su enlace lleva a la página de la tienda. ¿Qué "
        "quieres "
        "ver?" } },
    { "identity",
      { "I'm the understudy: no human and no language model, but rules and a small fashion lore that stand "
        "in for "
        "one. What can I find you to wear?",
        "Ich bin die Zweitbesetzung: kein Mensch und kein Sprachmodell, sondern Regeln und ein wenig "
        "Modewissen, die "
        "dafür einspringen. Was darf ich dir heraussuchen?",
        "Je suis la doublure : ni humain ni modèle de langage, mais des règles et un peu de savoir-faire qui "
        "le "
        "remplacent. Que puis-je vous trouver ?",
        "Soy el suplente: ni persona ni modelo de lenguaje, sino reglas y algo de saber de moda que lo "
        "sustituyen. "
        "¿Qué te busco?" } },
    { "thanks",
      { "You're very welcome. If you'd like shoes to go with it, another colour or something for somebody "
        "else, "
        "just say so.",
        "Sehr gern! Wenn du noch Schuhe dazu, eine andere Farbe oder etwas für jemand anderen möchtest, sag "
        "einfach "
        "Bescheid.",
        "Avec plaisir ! Des chaussures assorties, une autre couleur, une tenue pour quelqu’un d’autre : "
        "dites-le-moi.",
        "¡De nada! Si quieres zapatos a juego, otro color o algo para otra persona, dímelo." } },
    { "bye",
      { "Goodbye, and enjoy wearing it. What we found stays in this conversation.",
        "Auf Wiedersehen und viel Freude damit. Was wir gefunden haben, bleibt in diesem Gespräch.",
        "Au revoir, et bonne continuation. Ce que nous avons trouvé reste dans cette conversation.",
        "Hasta pronto. Lo que hemos encontrado se queda en esta conversación." } },
    { "total",
      { "What each piece costs stands on its card, and the sum below the look. Say 'cheaper' if it should be "
        "less.",
        "Was jedes Teil kostet, steht auf seiner Karte, und die Summe unter dem Look. Sag „günstiger“, wenn "
        "es "
        "weniger sein soll.",
        "Le prix de chaque pièce est sur sa fiche, et le total sous la tenue. Dites « moins cher » si c’est "
        "trop.",
        "El precio de cada prenda está en su ficha, y el total debajo del conjunto. Di «más barato» si es "
        "demasiado." } },
    { "fresh",
      { "Gladly, from the beginning. What is it for, and who will wear it?",
        "Gern, von vorn. Wofür ist es, und wer wird es tragen?",
        "Avec plaisir, reprenons. C’est pour quelle occasion, et pour qui ?",
        "Claro, desde el principio. ¿Para qué ocasión es y para quién?" } },
    { "which",
      { "Which one do you mean? Say its place, like 'not the second one', or what it is, like 'not the "
        "shoes'.",
        "Welches meinst du? Sag mir den Platz, etwa „das zweite nicht“, oder das Teil, etwa „andere Schuhe“.",
        "Laquelle ? Dites-moi sa place, par exemple « pas la deuxième », ou ce que c’est, par exemple « "
        "d’autres "
        "chaussures ».",
        "¿Cuál de ellas? Dime su lugar, por ejemplo «la segunda no», o qué es, por ejemplo «otros "
        "zapatos»." } },
    { "pair",
      { "Which two shall I compare? Say their places, like 'the first and the second'.",
        "Welche beiden soll ich vergleichen? Sag mir ihre Plätze, etwa „das erste und das zweite“.",
        "Lesquelles dois-je comparer ? Dites-moi leurs places, par exemple « la première et la deuxième ».",
        "¿Cuáles comparo? Dime sus lugares, por ejemplo «la primera y la segunda»." } },
    { "lost",
      { "I'm not sure what you'd like me to change. Tell me a piece, a colour, a size or a budget, like 'the "
        "shoes in black' or 'up to 150', and I'll look again.",
        "Ich bin nicht sicher, was ich ändern soll. Nenn mir ein Teil, eine Farbe, eine Größe oder ein "
        "Budget, etwa "
        "„Schuhe in Schwarz“ oder „bis 150“, und ich suche noch einmal.",
        "Je ne suis pas sûr de ce qu’il faut changer. Une pièce, une couleur, une taille ou un budget, par "
        "exemple « "
        "des chaussures noires » ou « moins de 150 », et je cherche encore.",
        "No estoy seguro de qué cambiar. Dime una prenda, un color, una talla o un presupuesto, por ejemplo "
        "«zapatos negros» o «menos de 150», y vuelvo a buscar." } },
    { "unknown",
      { "I can't place that name: either this shop doesn't have it, or I don't know the word. Tell me the "
        "kind of "
        "garment and I'll show you what there is.",
        "Mit dem Namen kann ich nichts anfangen: Entweder führt der Shop das nicht, oder ich kenne das Wort "
        "nicht. "
        "Nenn mir die Art des Kleidungsstücks, und ich zeige dir, was es gibt.",
        "Ce nom ne me dit rien : soit la boutique ne l’a pas, soit je ne connais pas le mot. Dites-moi quel "
        "genre de "
        "vêtement, et je vous montre ce qu’il y a.",
        "Ese nombre no me suena: o la tienda no lo tiene, o no conozco la palabra. Dime qué tipo de prenda y "
        "te "
        "enseño lo que hay." } },
};

/* Languages that are told apart and not spoken. */
static const struct {
    const char *language, *words;
} apologies[] = {
    { "it", "Mi dispiace, sono solo il sostituto del modello e capisco soltanto inglese, tedesco, francese e "
            "spagnolo. Puoi dirmelo in una di queste lingue? (English, please?)" },
    { "nl", "Sorry, ik ben maar de invaller van het taalmodel en versta alleen Engels, Duits, Frans en "
            "Spaans. Kun je "
            "het in een van die talen zeggen? (English, please?)" },
};

void
writing_reply(struct buffer *out, const char *what, const char *language)
{
    enum tongue tongue = writing_tongue(language);

    for (size_t i = 0; i < sizeof apologies / sizeof *apologies && !strcmp(what, "strange"); i++)
        if (!strcmp(apologies[i].language, language))
            buffer_text(out, apologies[i].words);
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++)
        if (!strcmp(replies[i].what, what))
            buffer_text(out, replies[i].words[tongue]);
}

void
writing_comparison(struct buffer *out, const char *colour, const char *other, double price,
                   double other_price)
{
    if (price > 0 && other_price > 0)
        buffer_text(out, price < other_price   ? "The first of the two costs less"
                         : price > other_price ? "The second of the two costs less"
                                               : "The two cost the same");
    else
        buffer_text(out, "What they cost stands on their cards");
    if (*colour && *other && strcmp(colour, other))
        buffer_printf(out, "; one is %s, the other %s", colour, other);
    buffer_text(
        out, ". Their cards have the materials and sizes. If you tell me which you lean to, I'll find what "
             "goes with it.");
}
