"""What our refusals say to who reads Spanish. A number in a sentence is a #."""

import re

SENTENCES = {
    # Titles
    "The request is malformed": "La petición no es válida",
    "The request cannot be carried out": "La petición no se puede cumplir",
    "Sign in first": "Inicia sesión primero",
    "You may not do this": "No tienes permiso para esto",
    "There is nothing here": "Aquí no hay nada",
    "This address does not take that method": "Esta dirección no admite ese método",
    "This cannot be had in the form you ask for": "Esto no se puede entregar en el formato que pides",
    "The request does not say how long it is": "La petición no dice cuánto mide",
    "The request is too large": "La petición es demasiado grande",
    "This content type is not understood": "No entendemos este tipo de contenido",
    "Too many requests": "Demasiadas peticiones",
    "Something went wrong on our side": "Algo ha fallado por nuestra parte",
    "The Idempotency-Key cannot be used": "Esta Idempotency-Key no se puede usar",
    "The same request is still running": "La misma petición todavía está en curso",
    "This Idempotency-Key belongs to another request": "Esta Idempotency-Key pertenece a otra petición",
    "This month's characters are used up": "Has gastado los caracteres de este mes",
    "This activation code cannot be used": "Este código de activación no se puede usar",
    "Name or password is wrong": "El nombre o la contraseña no son correctos",
    "The password is wrong": "La contraseña no es correcta",
    "There is no voice to speak with yet": "Todavía no hay una voz con la que hablar",
    "We may not imitate a voice without its owner's consent": (
        "No podemos imitar una voz sin el consentimiento de su dueño"
    ),
    "The voice service is not available": "El servicio de voz no está disponible",
    "The voice service is busy": "El servicio de voz está ocupado",
    "The voice service has no free place": "El servicio de voz no tiene sitio libre",
    "No more voices can be made this month": "Este mes no se pueden crear más voces",
    "Your voice was made anew too often today": "Tu voz se ha vuelto a crear demasiadas veces hoy",
    "The voice service has no characters left": "Al servicio de voz no le quedan caracteres",
    "This recording cannot be used": "Esta grabación no se puede usar",
    "This text cannot be spoken": "Este texto no se puede decir",
    "The voice must be made again": "Hay que volver a crear la voz",
    "The recording is too large": "La grabación es demasiado grande",
    "Too many recordings at once": "Demasiadas grabaciones a la vez",
    "The sound ends before that": "El sonido termina antes",
    "All voice places are in use": "Todas las plazas de voz están ocupadas",
    "A voice is made anew for each performance.": "Se crea una voz nueva en cada interpretación.",
    "No voice is kept at present": "Ahora no se guarda ninguna voz",
    "Only failed performances of a routine whose value is still kept can be performed again.": (
        "Solo se pueden repetir interpretaciones fallidas de una rutina cuyo valor aún se conserva."
    ),
    "The thought could not be written": "No se pudo escribir el pensamiento",
    "This routine has no list of values": "Esta rutina no tiene una lista de valores",
    "The pack is not finished": "El paquete no está terminado",
    "Ask for its progress until it is done.": "Pregunta por su progreso hasta que esté terminado.",
    "It was cancelled: order it anew.": "Se canceló: pídelo de nuevo.",
    "It took too long": "Ha tardado demasiado",
    "There is no such background": "Ese fondo no existe",
    "There is no such routine": "Esa rutina no existe",
    "The value cannot be performed": "Ese valor no se puede interpretar",
    # Details
    "The token is missing, expired or revoked. Refresh it, or sign in again.": (
        "El token falta, ha caducado o fue revocado. Renuévalo o inicia sesión otra vez."
    ),
    "Check the code, or ask whoever gave it to you for a new one.": (
        "Revisa el código o pide otro a quien te lo dio."
    ),
    "Check both, or reset the password.": "Revisa ambos o restablece la contraseña.",
    "Type the present password again.": "Escribe otra vez la contraseña actual.",
    "Some fields are not as they should be.": "Algunos campos no son como deben ser.",
    "Wait # seconds, then try again.": "Espera # segundos y vuelve a intentarlo.",
    "We have been told. Try again in a moment.": "Ya estamos avisados. Inténtalo de nuevo en un momento.",
    "The body is larger than we take.": "El contenido es mayor de lo que admitimos.",
    "Send the body with its Content-Length, not in chunks.": (
        "Envía el contenido con su Content-Length, no por partes."
    ),
    "The Content-Length is no number.": "El Content-Length no es un número.",
    "Ask again in a moment with the same key.": "Vuelve a preguntar en un momento con la misma clave.",
    "Use a new key for a new request.": "Usa una clave nueva para una petición nueva.",
    "Ask for more, or wait until the month ends.": "Pide más o espera a que termine el mes.",
    "Record your voice first.": "Graba primero tu voz.",
    "Record your voice again, and agree to its use.": "Graba tu voz otra vez y acepta su uso.",
    "Voices are not being made at the moment. Your recording is kept.": (
        "Ahora mismo no se crean voces. Guardamos tu grabación."
    ),
    "Your recording cannot be read any more. Record your voice again.": (
        "Tu grabación ya no se puede leer. Graba tu voz otra vez."
    ),
    "You have not recorded your voice yet.": "Todavía no has grabado tu voz.",
    "Show the consent text, and send consent=true when the speaker agrees.": (
        "Muestra el texto de consentimiento y envía consent=true cuando quien habla lo acepte."
    ),
    "Send at most # MB a recording: record as AAC or Opus rather than WAV.": (
        "Envía como máximo # MB por grabación: graba en AAC u Opus en lugar de WAV."
    ),
    "Send at most # recordings together.": "Envía como máximo # grabaciones juntas.",
    "Your voice is still being made. Try again in a moment.": (
        "Tu voz todavía se está creando. Inténtalo de nuevo en un momento."
    ),
    "Your voice is not ready. Warm it up before the show.": (
        "Tu voz no está lista. Prepárala antes de la función."
    ),
    "Every place is in use on stage right now.": "Ahora mismo todas las plazas están en uso en escena.",
    "Too many are performing at this moment. Try again.": (
        "Demasiadas personas están actuando en este momento. Inténtalo de nuevo."
    ),
    "The voice service sent no proper speech. Try again.": (
        "El servicio de voz no envió una voz correcta. Inténtalo de nuevo."
    ),
    "Nothing was charged. Press again.": "No se ha cobrado nada. Pulsa otra vez.",
    "Send # to # characters.": "Envía de # a # caracteres.",
    "This performance has no sound.": "Esta interpretación no tiene sonido.",
    "This performance was deleted.": "Esta interpretación fue borrada.",
    "Ask for bytes before #, or for the whole.": "Pide bytes antes del #, o el total.",
    "Choose one of:": "Elige entre:",
    "Everybody in the pool has just performed.": "Todas las voces de la reserva acaban de actuar.",
    "Somebody was faster. Try again.": "Alguien ha sido más rápido. Inténtalo de nuevo.",
    "Packs are made of cards, star signs and the numbers from # to #.": (
        "Los paquetes se hacen de cartas, signos del zodiaco y números del # al #."
    ),
    "Send # to # visible ASCII characters, such as a random UUID.": (
        "Envía de # a # caracteres ASCII visibles, como un UUID aleatorio."
    ),
    "The body cannot be read as JSON:": "El contenido no se puede leer como JSON:",
    "The JSON is nested too deeply.": "El JSON está demasiado anidado.",
    "There are more fields than any form of ours has.": "Hay más campos que en cualquier formulario nuestro.",
    "This is nested deeper than anything we understand.": "Está más anidado que todo lo que entendemos.",
    "These words cannot be used for a thought.": "Estas palabras no sirven para un pensamiento.",
    "This text is too long to be spoken.": "Este texto es demasiado largo para decirlo.",
    "There is nothing to speak in this text.": "En este texto no hay nada que decir.",
    "Try again tomorrow.": "Inténtalo de nuevo mañana.",
    "Voices that are ready go on.": "Las voces ya creadas siguen funcionando.",
    "Voices that are ready go on; new ones again on #-#-#.": (
        "Las voces ya creadas siguen funcionando; habrá nuevas el #-#-#."
    ),
    "Your recording cannot be read any more.": "Tu grabación ya no se puede leer.",
    "This recording cannot be decoded.": "Esta grabación no se puede decodificar.",
    "There is no sound in this recording.": "En esta grabación no hay sonido.",
    "No voice was found in this recording; please record it again.": (
        "En esta grabación no se encontró ninguna voz; grábala otra vez."
    ),
    "The generic voice is not there.": "La voz genérica no está.",
    "The voice service cannot be reached. Try again.": (
        "No se puede conectar con el servicio de voz. Inténtalo de nuevo."
    ),
    "The voice service does not answer. Try again.": "El servicio de voz no responde. Inténtalo de nuevo.",
    "The voice service does not stop speaking.": "El servicio de voz no deja de hablar.",
    "The voice service has no free place right now.": "El servicio de voz no tiene sitio libre ahora mismo.",
    "The voice service sent noise.": "El servicio de voz envió ruido.",
    "The voice service sent silence.": "El servicio de voz envió silencio.",
    "The voice service sent silence, or too little for the text.": (
        "El servicio de voz envió silencio, o demasiado poco para el texto."
    ),
    "The voice service sent something else than sound.": "El servicio de voz envió algo que no es sonido.",
    "The offline voice did not finish in time.": "La voz sin conexión no terminó a tiempo.",
    "The offline voice stopped.": "La voz sin conexión se detuvo.",
    "The offline voice does not run here: reinstall espeakng-loader.": (
        "La voz sin conexión no funciona aquí: reinstala espeakng-loader."
    ),
    "The offline voice is not installed here: pip install espeakng-loader.": (
        "La voz sin conexión no está instalada aquí: pip install espeakng-loader."
    ),
    "The offline voice lacks disk space, memory or a permission.": (
        "A la voz sin conexión le falta disco, memoria o un permiso."
    ),
    # What is said of a field
    "This name is taken. Choose another.": "Este nombre ya está en uso. Elige otro.",
    "This address already has an account. Sign in instead.": "Esta dirección ya tiene cuenta. Inicia sesión.",
    "Use plainer letters: this is longer than # of them.": (
        "Usa letras más sencillas: esto mide más de # de ellas."
    ),
    "There is no such setting.": "Ese ajuste no existe.",
    "Too short or too long.": "Demasiado corto o demasiado largo.",
    "Send files as audio, or one as audio_base64.": "Envía archivos como audio, o uno como audio_base64.",
    "This is not base64.": "Esto no es base64.",
}

NUMBER = re.compile(r"\b\d+(?:\.\d+)?\b")


def in_spanish(sentence: str) -> str:
    """As it is, where we have no words for it; so is what stands behind a colon."""
    numbers = iter(NUMBER.findall(sentence))
    if said := SENTENCES.get(NUMBER.sub("#", sentence)):
        return re.sub("#", lambda _: next(numbers), said)
    before, _, names = sentence.partition(": ")
    known = SENTENCES.get(f"{before}:")
    return f"{known} {names}" if known else sentence
