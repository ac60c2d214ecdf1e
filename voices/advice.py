"""What we say to a speaker about a recording, in the languages of the app.

One sentence on what is wrong, with its figures, and what to do about it.
"""

from collections.abc import Mapping

from voices.providers.base import Language

SENTENCES: dict[str, dict[Language, str]] = {
    "empty": {
        "en": "The recording is empty. Please record again.",
        "es": "La grabación está vacía. Graba otra vez, por favor.",
    },
    "not_audio": {
        "en": "This is not a sound recording: it looks like {looks_like}. Please send the recording itself.",
        "es": "Esto no es una grabación de sonido: parece {looks_like}. Envía la grabación misma, por favor.",
    },
    "unrecognised": {
        "en": "We do not know this kind of file. Please send m4a, mp3, wav, ogg, webm, flac, 3gp or amr.",
        "es": "No conocemos este tipo de archivo. "
        "Envía m4a, mp3, wav, ogg, webm, flac, 3gp o amr, por favor.",
    },
    "unsupported": {
        "en": "The sound in this file is coded as {codec}, which we cannot use. "
        "Please record with the phone's own recorder.",
        "es": "El sonido de este archivo está codificado como {codec}, que no podemos usar. "
        "Graba con la grabadora del teléfono, por favor.",
    },
    "no_audio": {
        "en": "There is no sound in this file. Please check the microphone and record again.",
        "es": "No hay sonido en este archivo. Revisa el micrófono y graba otra vez, por favor.",
    },
    "damaged": {
        "en": "The recording arrived damaged or incomplete. Please send it once more or record again.",
        "es": "La grabación llegó dañada o incompleta. Envíala de nuevo o graba otra vez, por favor.",
    },
    "too_big": {
        "en": "The file has {megabytes:.1f} MB; at most {most:.1f} MB can be sent. "
        "Please record as m4a or mp3.",
        "es": "El archivo tiene {megabytes:.1f} MB; se pueden enviar {most:.1f} MB como máximo. "
        "Graba en m4a o mp3, por favor.",
    },
    "too_slow": {
        "en": "This file took too long to read. Please record again with the phone's own recorder.",
        "es": "Este archivo tardó demasiado en leerse. "
        "Graba otra vez con la grabadora del teléfono, por favor.",
    },
    "too_long": {
        "en": "The recording is longer than {most:.0f} seconds. "
        "Please record {least:.0f} to {most:.0f} seconds.",
        "es": "La grabación dura más de {most:.0f} segundos. "
        "Graba entre {least:.0f} y {most:.0f} segundos, por favor.",
    },
    "too_short": {
        "en": "The recording has only {seconds:.0f} seconds. "
        "Please record {least:.0f} to {most:.0f} seconds.",
        "es": "La grabación tiene solo {seconds:.0f} segundos. "
        "Graba entre {least:.0f} y {most:.0f} segundos, por favor.",
    },
    "no_speech": {
        "en": "We hear no voice in this recording. Please speak close to the microphone and record again.",
        "es": "No oímos ninguna voz en esta grabación. "
        "Habla cerca del micrófono y graba otra vez, por favor.",
    },
    "too_little_speech": {
        "en": "You speak for only {value:.0f} of {of:.0f} seconds. "
        "Please read something aloud without long pauses.",
        "es": "Hablas solo {value:.0f} de {of:.0f} segundos. "
        "Lee algo en voz alta sin pausas largas, por favor.",
    },
    "too_quiet": {
        "en": "Your voice is very quiet ({value:.0f} dB below full level). "
        "Move closer to the microphone or speak up.",
        "es": "Tu voz se oye muy baja ({value:.0f} dB bajo el nivel máximo). "
        "Acércate al micrófono o habla más alto.",
    },
    "too_noisy": {
        "en": "Move closer to the microphone: your voice is only {value:.0f} dB above the room. "
        "{good:.0f} dB or more is good; a quiet room helps.",
        "es": "Acércate al micrófono: tu voz está solo {value:.0f} dB por encima del ruido de la sala. "
        "Lo bueno son {good:.0f} dB o más; ayuda un lugar tranquilo.",
    },
    "noise_under_voice": {
        "en": "Noise or echo runs under your voice ({value:.0f} dB below it). "
        "Turn off music and fans, and record in a small, quiet room.",
        "es": "Hay ruido o eco bajo tu voz (a {value:.0f} dB de ella). "
        "Apaga la música y los ventiladores y graba en un cuarto pequeño y tranquilo.",
    },
    "clipped": {
        "en": "The recording is overdriven in {value:.1f} % of its samples. "
        "Hold the phone a little further away or speak more softly.",
        "es": "La grabación está saturada en el {value:.1f} % de sus muestras. "
        "Aleja un poco el teléfono o habla más suave.",
    },
    "pauses": {
        "en": "{value:.0%} of the recording is silence. Read without long pauses for a better voice.",
        "es": "El {value:.0%} de la grabación es silencio. Lee sin pausas largas para una voz mejor.",
    },
    "muffled": {
        "en": "The recording ends at {value:.0f} Hz, like a telephone call. "
        "Record with the phone's recorder in high quality.",
        "es": "La grabación termina en {value:.0f} Hz, como una llamada telefónica. "
        "Graba con la grabadora del teléfono en alta calidad.",
    },
    "gaps": {
        "en": "{value:.0f} pieces of the recording could not be read. Record again if the voice has gaps.",
        "es": "No se pudieron leer {value:.0f} partes de la grabación. "
        "Graba otra vez si la voz tiene cortes.",
    },
}


def sentence(code: str, language: Language, figures: Mapping[str, float | str]) -> str:
    return SENTENCES[code][language].format(**figures)
